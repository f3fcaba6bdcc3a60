"""The ladder of channels a group: how near to the ideal each kernel comes, and from how many channels on it beats the dense layer."""
# SPDX-License-Identifier: Apache-2.0

import matplotlib.colors
import matplotlib.patheffects

from .. import heatmap, plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..sweeps.twins import pays_from
from ..text import number
from .common import main_setting, with_dense_twin

SCALE = matplotlib.colors.LogNorm(1, 100)  # of time over ideal, in every panel
COLOURS = "cividis_r"  # even for colour-blind readers


def cells(axes, table, words, colour):
    heatmap.draw(axes, table, words, colour)
    axes.set_xlabel("channels a group")
    axes.set_yticks(range(table.shape[0]), [f"{ih}x{ih}" + (", stride 2" if s > 1 else "") for ih, s in table.index], fontsize=7)


def border(axes, table):
    """The crossover: a line between cells that take less time than the fastest dense layer and those that take more."""
    halo = [matplotlib.patheffects.withStroke(linewidth=4, foreground="#ffffff")]
    for y in range(table.shape[0]):
        for x in range(table.shape[1]):
            for dy, dx, line in ((0, -1, ([x - 0.5] * 2, [y - 0.5, y + 0.5])), (-1, 0, ([x - 0.5, x + 0.5], [y - 0.5] * 2))):
                if y + dy >= 0 and x + dx >= 0 and (table.iloc[y + dy, x + dx] - 1) * (table.iloc[y, x] - 1) < 0:
                    axes.plot(*line, color="#000000", linewidth=2, path_effects=halo)


def panel(axes, kernel, ideal, best):
    colour = matplotlib.cm.ScalarMappable(SCALE, COLOURS).to_rgba

    def words(y, x):
        value, share = ideal.iloc[y, x], best.iloc[y, x]
        ih, stride = ideal.index[y]
        return heatmap.Cell(number(value, 2), f"{kernel}, {ideal.columns[x]} channels a group, {ih}x{ih}, stride {stride}: {number(value)} times the ideal time,"
                            f" {number(share)} of the fastest dense layer's")

    cells(axes, ideal, words, colour)
    border(axes, best)
    axes.set_title(f"{kernel}: time / ideal time")


def winners(axes, rows):
    """Who is fastest where, in the kernels' own colours."""
    first = rows.loc[rows.groupby(["ih", "stride_h", "icg"])["time_median_ns"].idxmin()]
    kernels = style.order(first["kernel"].unique())
    table, share = (first.assign(place=first["kernel"].map(kernels.index)).pivot(index=["ih", "stride_h"], columns="icg", values=value).sort_index(
        ascending=[False, True]) for value in ("place", "pct_peak"))
    cells(axes, table, lambda y, x: heatmap.Cell(number(share.iloc[y, x], 2), f"{kernels[int(table.iloc[y, x])]} is fastest, at {number(share.iloc[y, x])} % of peak"),
          lambda place: matplotlib.colors.to_rgba(style.look(kernels[int(place)])[0]))
    names = axes.legend(plots.patches([style.look(kernel)[0] for kernel in kernels]), kernels, loc="center left", bbox_to_anchor=(1, 0.5), fontsize=7)
    names.set_in_layout(True)
    axes.set_title("fastest kernel, and its % of peak")


def narrowest(table):
    """From how many channels a group grouping pays, on the map where that is fewest."""
    starts = [pays_from(line.dropna()) for _, line in table.iterrows()]
    return min((start for start in starts if start == start), default=None)


def section(run):
    both = with_dense_twin(main_setting(run.layers)[1])
    ladder = both[both["kh"] == 3].copy()
    keys = ["ic", "oc", "ih", "stride_h"]
    ladder["best"] = ladder["time_median_ns"] / ladder.groupby(keys)["time_median_ns_dense"].transform("min")
    ladder["ideal"] = ladder["share"] / ladder["work"]
    widest = ladder.groupby(["ic", "oc"])["icg"].nunique()
    ic, oc = widest.idxmax() if len(widest) else (0, 0)
    ladder = ladder[(ladder["ic"] == ic) & (ladder["oc"] == oc)]
    kernels = style.order([kernel for kernel, group in ladder.groupby("kernel") if group["icg"].nunique() >= 4])
    if not kernels:
        return Section("ladder", "Channels a group", [Missing("the ladder of channels a group", "It needs the set `ladder`: one layer at four widths or more.")])
    ladder = ladder[ladder["kernel"].isin(kernels)]

    def tables(value):
        return {kernel: group.pivot_table(index=["ih", "stride_h"], columns="icg", values=value).sort_index(ascending=[False, True])
                for kernel, group in ladder.groupby("kernel")}

    own, ideal, best = tables("share"), tables("ideal"), tables("best")
    figure, every = plots.grid(len(kernels) + 1, columns=1, height=[0.75 + 0.2 * lines for lines in (len(ladder[["ih", "stride_h"]].drop_duplicates()), *(len(own[kernel]) for kernel in kernels))])
    winners(every[0], ladder)
    for axes, kernel in zip(every[1:], kernels):
        panel(axes, kernel, ideal[kernel], best[kernel])
    starts = {kernel: (narrowest(own[kernel]), narrowest(best[kernel])) for kernel in kernels}
    lines = [[kernel, *(number(start) if start is not None else "never" for start in starts[kernel]), number(ideal[kernel].min().min()),
              number(ideal[kernel].median().median()), number(ideal[kernel].max().max())] for kernel in kernels]
    nearest = min(kernels, key=lambda k: ideal[k].median().median())
    text = (f"{ic} → {oc} channels, 3x3. The ideal time is that of the kernel's own dense twin (same channels, one group) times the share of the work: at 1.0 all"
            f" saved FLOPs become saved time. {nearest} comes nearest, with {number(ideal[nearest].median().median())} in the median over maps and widths. "
            + ("A black line marks the crossover to where groups take longer than the fastest kernel's dense layer." if any(
                (t > 1).any().any() and (t < 1).any().any() for t in best.values()) else
               "There is no crossover to draw: no group takes longer than the fastest kernel's dense layer."
               if not any((t > 1).any().any() for t in best.values()) else "There is no crossover to draw: a kernel beats the fastest dense layer everywhere or nowhere."))
    return Section("ladder", "Channels a group", [
        Text(text), Plot("ladder", figure, "Heat maps over channels a group and map: the fastest kernel, and for each kernel its time over the ideal one."),
        Table(["kernel", "pays from (channels a group), against its own dense layer", "against the fastest dense layer", "time / ideal: best", "median", "worst"], lines)])
