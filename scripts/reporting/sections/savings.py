"""FLOPs saved against time saved: the same layer with more and more groups. Ideal is 1/g; the founding example is half the weights."""

from .. import style
from ..content import Heading, Missing, Plot, Section, Table, Text
from ..run import SETTING
from ..text import natural, number, setting_text
from .common import TWIN, main_setting, with_dense_twin

PANELS = 9
FOUNDING = "founding example: two groups,\n73,728 of 147,456 weights"


def curves(axes, group):
    """One panel: share of the dense time over groups, a line a kernel."""
    ends = []
    for kernel in sorted(group["kernel"].unique()):
        line = group[group["kernel"] == kernel].sort_values("groups")
        colour, marker = style.look(kernel)
        axes.plot([1, *line["groups"]], [1, *line["share"]], color=colour, linewidth=1.2)
        for row in line.itertuples():
            mark, = axes.plot(row.groups, row.share, color=colour, marker=marker)
            style.interval(axes, row.groups, row.time_ci_lo_ns / row.time_median_ns_dense, row.time_ci_hi_ns / row.time_median_ns_dense, colour)
            style.tip(axes, mark, f"{kernel}, {row.groups} groups: {number(row.share)} of the dense time for {number(row.work)} of the work")
        ends.append((line["groups"].iloc[-1], line["share"].iloc[-1], kernel, colour))
    largest = group["groups"].max()
    axes.plot([1, largest], [1, 1 / largest], color=style.INK, linestyle="--", linewidth=1)
    axes.annotate("ideal 1/g", (largest, 1 / largest), xytext=(-16, 0), textcoords="offset points", ha="right", va="center", fontsize=7)
    return ends


def plot(rows):
    panels = sorted(rows.groupby(TWIN), key=lambda item: (-item[1]["groups"].nunique(), -item[0][4]))[:PANELS]
    figure, every = style.grid(len(panels), columns=2, height=2.8)
    for axes, (twin, group) in zip(every, panels):
        ic, oc, kh, kw, ih, iw, stride = twin[:7]
        axes.set(xscale="log", yscale="log", xlabel="groups", ylabel="time / dense time",
                 title=f"{ic} → {oc}, {kh}x{kw}, {ih}x{iw}" + (f", stride {stride}" if stride > 1 else ""))
        axes.set_xscale("log", base=2)
        ends = curves(axes, group)
        axes.set_xticks(sorted({1, *group["groups"]}), [str(g) for g in sorted({1, *group["groups"]})])
        axes.minorticks_off()
        if (ic, oc, kh) == (128, 128, 3) and 2 in set(group["groups"]):
            axes.plot(2, 0.5, marker="o", markersize=11, markerfacecolor="none", color=style.INK)
            axes.annotate(FOUNDING, (2, 0.5), xytext=(0.99, 0.98), textcoords="axes fraction", fontsize=7, ha="right", va="top",
                          arrowprops={"arrowstyle": "-", "color": style.INK, "linewidth": 0.6})
        style.direct_labels(axes, ends)
    return Plot("savings", figure, "Time of a grouped convolution as a share of the dense one, over the number of groups, a line a kernel,"
                " with the ideal line 1/g.")


def realised(group):
    """A sentence from the numbers: of the layer with the most groups, the kernel that is fastest on it, and the range of the others."""
    most = group[group["work"] == group["work"].min()]
    best, others = most.loc[most["time_median_ns"].idxmin()], most["share"]
    text = (f"With {best.groups} groups ({best.layer}: {number(best.work)} of the work) {best.kernel}, the fastest, takes {number(best.share)} of"
            f" its dense time")
    return text + (f"; over all kernels it is {number(others.min())} to {number(others.max())}." if len(most) > 1 else ".")


def section(run):
    both = with_dense_twin(run.layers)
    if both.empty:
        return Section("savings", "Grouped against dense", [Missing("time saved against FLOPs saved", "No layer was measured both grouped"
                       " and dense; the sets `seed` and `savings` have both.")])
    blocks = [Text("Time of a grouped convolution as a share of the dense one with the same channels and sizes, by kernel: a kernel on the"
                   " dashed line turns all saved FLOPs into saved time."), plot(with_dense_twin(main_setting(run.layers)[1]))]
    for setting, group in both.groupby(SETTING):
        shares = group.drop_duplicates(["layer", "layer_dense", "kernel"]).pivot(index=["layer", "layer_dense", "groups"], columns="kernel", values="share")
        order = sorted(shares.index, key=lambda line: natural(line[0]))
        lines = [[f"{label} / {dense}", number(1 / groups)] + [number(share) for share in shares.loc[(label, dense, groups)]]
                 for label, dense, groups in order]
        blocks += [Heading(setting_text(setting)), Text(realised(group)),
                   Table(["grouped / dense", "work", *shares.columns], lines, fold=len(lines) > 20,
                         caption="Share of the dense time" if len(lines) > 20 else None)]
    return Section("savings", "Grouped against dense", blocks)
