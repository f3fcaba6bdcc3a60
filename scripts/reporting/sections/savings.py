"""FLOPs saved against time saved: the same layer with more and more groups. Ideal is 1/g; the founding example is half the weights."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Heading, Missing, Plot, Section, Table, Text
from ..intervals import said
from ..run import by_setting
from ..text import natural, number, plural, setting_text
from .common import TWIN, main_setting, plain, with_dense_twin

PANELS = 8
FOUNDING = "founding example: two groups,\n73,728 of 147,456 weights"


def founds(twin, group):
    """Is this the layer that the claim is about, 128 -> 128 and 3x3, with two groups?"""
    return tuple(twin[:4]) == (128, 128, 3, 3) and 2 in set(group["groups"])


def curves(axes, group):
    """One panel: share of the dense time over groups, a line a kernel."""
    ends = []
    for kernel in sorted(group["kernel"].unique()):
        line = group[group["kernel"] == kernel].sort_values("groups")
        colour, marker = style.look(kernel)
        axes.plot([1, *line["groups"]], [1, *line["share"]], color=colour, linewidth=1.2)
        for row in line.itertuples():
            mark, = axes.plot(row.groups, row.share, color=colour, marker=marker)
            plots.tip(axes, mark, f"{kernel}, {row.groups} groups: {number(row.share)} of the dense time for {number(row.work)} of the work")
        plots.intervals(axes, line["groups"], line["share_lo"], line["share_hi"], colour)
        ends.append((line["share"].iloc[-1], kernel))
    largest = group["groups"].max()
    axes.plot([1, largest], [1, 1 / largest], color=style.INK, linestyle="--", linewidth=1)
    return ends + [(1 / largest, "ideal 1/g")]


def plot(rows):
    if "winograd" in set(rows["kernel"]):
        rows = rows[~rows["kernel"].str.startswith("winograd_")]  # one line for them: it is the fastest of these
    panels = sorted(rows.groupby(TWIN), key=lambda item: (not founds(*item), -item[1]["groups"].nunique(), -item[0][4]))
    panels = [item for place, item in enumerate(panels) if place == 0 or not founds(*item)][:PANELS]  # once is enough
    figure, every = plots.grid(len(panels), columns=2, height=2.8)
    for axes, (twin, group) in zip(every, panels):
        ic, oc, kh, kw, ih, iw, stride = twin[:7]
        axes.set(xlabel="groups", ylabel="time / dense time",
                 title=f"{ic} → {oc}, {kh}x{kw}, {ih}x{iw}" + (f", stride {stride}" if stride > 1 else ""))
        ends = curves(axes, group)
        plots.logarithmic(axes.xaxis, {1, *group["groups"]})
        plots.logarithmic(axes.yaxis)
        if founds(twin, group):
            axes.plot(2, 0.5, marker="o", markersize=11, markerfacecolor="none", color=style.INK)
            axes.annotate(FOUNDING, (2, 0.5), xytext=(0.02, 0.03), textcoords="axes fraction", fontsize=7, va="bottom",
                          arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 0.6})
        plots.direct_labels(axes, ends)
    return Plot("savings", figure, "Time of a grouped convolution as a share of the dense one, over the number of groups, a line a kernel,"
                " with the ideal line 1/g.")


def founding(rows):
    """A sentence for the answer: what half the weights of the founding example gain, with each yardstick and the fastest kernel."""
    rows = with_dense_twin(rows)
    rows = rows[(rows["ic"] == 128) & (rows["oc"] == 128) & (rows["kh"] == 3) & (rows["kw"] == 3) & (rows["groups"] == 2)]
    if rows.empty:
        return None
    shares = rows.groupby("kernel").agg(least=("share", "min"), most=("share", "max"), low=("share_lo", "min"), high=("share_hi", "max"), known=("share_lo", "count"))
    shares.loc[shares["known"] < rows.groupby("kernel").size(), ["low", "high"]] = float("nan")
    fastest = rows.groupby("kernel")["time_median_ns"].sum().idxmin()
    shown = [kernel for kernel in dict.fromkeys([fastest, "direct", "onednn", "im2col_gemm"]) if kernel in shares.index]
    words = ", ".join(f"{span(*shares.loc[kernel, ['least', 'most', 'low', 'high']])} with {kernel}" for kernel in shown)
    return f"**Half the weights** (128 → 128, 3x3, two groups: 73,728 of 147,456) take this share of the dense time: {words}."


def span(least, most, low, high):
    """Of several layers: the smallest and the largest figure, and how far their intervals reach."""
    if number(least) == number(most):
        return said(least, low, high)
    return f"{number(least)} to {number(most)} ({f'intervals {number(low)} to {number(high)}' if low == low and high == high else 'no interval'})"


def realised(group):
    """A sentence from the numbers: of the layer with the most groups, the kernel that is fastest on it, and the range of the others."""
    most = group[group["work"] == group["work"].min()]
    best, others = most.loc[most["time_median_ns"].idxmin()], most["share"]
    text = (f"With {best.groups} groups ({best.layer}: {number(best.work)} of the work) {best.kernel}, the fastest, takes {said(best.share, best.share_lo, best.share_hi)} of"
            f" its dense time, and {number(best.share_of_best)} of that of {best.best_kernel}, the fastest dense kernel")
    return text + (f"; over all kernels it is {number(others.min())} to {number(others.max())} of their own dense time." if len(most) > 1 else ".")


def size(amount):
    return f"{number(amount / 2**20)} MiB" if amount >= 2**20 else f"{number(amount / 2**10)} KiB"


def caches_left(row, caches):
    """The caches that the grouped layer's tensors fit into and the dense one's do not."""
    names = [name.upper() for name, amount in caches if row["min_bytes"] <= amount < row["min_bytes_dense"]]
    return (f"; its tensors ({size(row['min_bytes'])}) fit into {' and '.join(names)}, those of the dense layer ({size(row['min_bytes_dense'])}) do not"
            if names else "")


def bargains(group, environment):
    """Where a kernel takes less of its dense time than the work it does, beyond the intervals, and why: its dense run is far from the peak."""
    known = group["share_hi"] if group["share_hi"].notna().any() else group["share"]
    found = group[known < group["work"]]
    if found.empty:
        return None
    facts = environment.get("caches") or {}
    caches = [(level, facts[f"{level}_bytes"]) for level in ("l1d", "l2", "l3") if isinstance(facts.get(f"{level}_bytes"), (int, float))]
    row = found.loc[(found["share"] / found["work"]).idxmin()]
    still = (found["share_of_best"] < found["work"]).sum()
    return (f"**Less time than the work** in {len(found)} of {len(group)} cases, most so {row['kernel']} on {row['layer']}:"
            f" {said(row['share'], row['share_lo'], row['share_hi'])} of the time for {number(row['work'])} of the work. It does not beat the arithmetic: its dense layer"
            f" runs at {number(row['pct_peak_dense'])} % of the peak and the grouped one at {number(row['pct_peak'])} %{caches_left(row, caches)}. Of the fastest"
            f" dense kernel's time ({row['best_kernel']}, {number(row['pct_peak_best'])} % of the peak) it takes {number(row['share_of_best'])}. Measured"
            f" against the fastest dense kernel, {still} of these {plural(len(found), 'case')} {'takes' if still == 1 else 'take'} less time than the work.")


def section(run):
    both = with_dense_twin(plain(run.layers))
    if both.empty:
        return Section("savings", "Grouped against dense", [Missing("time saved against FLOPs saved", "No layer was measured both grouped"
                       " and dense; the sets `seed` and `savings` have both.")])
    blocks = [Text("Time of a grouped convolution as a share of the dense one with the same channels and sizes, by kernel: a kernel on the"
                   " dashed line turns all saved FLOPs into saved time."), plot(with_dense_twin(main_setting(plain(run.layers))[1]))]
    for setting, group in by_setting(both):
        shares = group.drop_duplicates(["layer", "layer_dense", "kernel"]).pivot(index=["layer", "layer_dense", "groups"], columns="kernel", values="share")
        order = sorted(shares.index, key=lambda line: natural(line[0]))
        best = group.loc[group.groupby("layer")["share_of_best"].idxmin()].set_index("layer")
        lines = [[f"{label} / {dense}", number(1 / groups)] + [number(share) for share in shares.loc[(label, dense, groups)]]
                 + [number(best.loc[label, "share_of_best"]), f"{best.loc[label, 'kernel']} / {best.loc[label, 'best_kernel']}"]
                 for label, dense, groups in order]
        why = bargains(group.drop_duplicates(["layer", "kernel"]), run.environment)
        blocks += [Heading(setting_text(setting)), Text(realised(group)), *([Text(why)] if why else []),
                   Table(["grouped / dense", "work", *shares.columns, "fastest / fastest dense", "which"], lines, tail=1, fold=len(lines) > 20,
                         caption="Share of the dense time" if len(lines) > 20 else None)]
    return Section("savings", "Grouped against dense", blocks)
