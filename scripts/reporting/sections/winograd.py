"""Winograd against the direct kernel as groups grow wider: where transforms begin to pay, and what they cost in accuracy."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..text import number, ratio_interval
from .common import WINOGRAD, main_setting, once
from .errors import figure_of, unit

BASE = "direct"


def candidates(rows):
    """3x3 layers of stride 1 that a Winograd kernel and the direct one were measured on, with their ratio."""
    base = rows[rows["kernel"] == BASE].set_index("problem")
    found = rows[rows["kernel"].isin(WINOGRAD) & rows["problem"].isin(base.index)].copy()
    found["ratio"] = found["time_median_ns"] / found["problem"].map(base["time_median_ns"])
    for end in ("time_ci_lo_ns", "time_ci_hi_ns"):
        found[f"{end}_base"] = found["problem"].map(base[end])
    found["low"], found["high"] = ratio_interval(found, "_base")
    return found


def crossover(line):
    """The narrowest width from which the kernel is ahead at every wider one, or None."""
    ahead = None
    for width, ratio in sorted(line.items(), reverse=True):
        if ratio >= 1:
            break
        ahead = width
    return ahead


def ahead_at(line):
    """All widths at which the kernel is ahead, in words: "4, 16 and wider"; "never" only if there is none."""
    start = crossover(line)
    single = [f"{width:.0f}" for width, ratio in sorted(line.items()) if ratio < 1 and (start is None or width < start)]
    words = ", ".join(single)
    if start is None:
        return f"{words} only" if single else "never"
    wider = f"{start:.0f}" + (" and wider" if start < max(line.index) else "")
    return f"{words}, {wider}" if single else wider


def draw(found):
    widths = found.groupby("ih")["icg"].nunique()
    maps = sorted(sorted(widths.index, key=lambda size: (-widths[size], -size))[:3], reverse=True)  # those with most to see
    figure, every = plots.grid(len(maps) + 1, columns=2, height=3)
    for axes, size in zip(every, maps):
        ends = []
        for kernel in style.order(found["kernel"].unique()):
            own = found[(found["ih"] == size) & (found["kernel"] == kernel)]
            line = own.groupby("icg")["ratio"].median()
            colour, marker = style.look(kernel)
            axes.plot(line.index, line, color=colour, linewidth=1.2)
            for width, ratio in line.items():
                mark, = axes.plot(width, ratio, color=colour, marker=marker)
                plots.tip(axes, mark, f"{kernel}, {width} channels a group, {size}x{size}: {number(ratio)} of the time of {BASE}")
            for row in own.itertuples():
                plots.interval(axes, row.icg, row.low, row.high, colour)
            if len(line):
                ends.append((line.iloc[-1], kernel))
        axes.axhline(1, color=style.INK, linewidth=1)
        axes.set(xlabel="channels a group", ylabel=f"time / {BASE}", title=f"{size}x{size}")
        plots.logarithmic(axes.xaxis, found["icg"])
        plots.logarithmic(axes.yaxis)
        plots.direct_labels(axes, ends)
    error_panel(every[len(maps)], found)
    return Plot("winograd", figure, "Time of Winograd kernels relative to the direct kernel, and their errors, over the channels of a group.")


def error_panel(axes, found):
    ends, (column, name, words) = [], unit(found)
    for kernel in style.order(found["kernel"].unique()):
        colour, marker = style.look(kernel)
        own = found[(found["kernel"] == kernel) & (found[column] > 0)]
        for at, error, layer in zip(own["icg"], own[column], own["layer"]):
            mark, = axes.plot(at, error, color=colour, marker=marker, linestyle="none")
            plots.tip(axes, mark, f"{kernel}, {layer}: error {figure_of(error, column)} {words}")
        ends += [(own.sort_values("icg")[column].iloc[-1], kernel)] if len(own) else []
    if column != "err_rms":
        axes.axhline(1, color=style.INK, linewidth=1)
    axes.set(xlabel="channels a group", ylabel="error", title=name)
    plots.logarithmic(axes.xaxis, found["icg"])
    plots.logarithmic(axes.yaxis)
    plots.direct_labels(axes, ends)


def section(run):
    found = candidates(once(main_setting(run.layers)[1]))
    if found.empty:
        return Section("winograd", "Winograd", [Missing("where Winograd pays", "It needs Winograd kernels and `direct` on 3x3 layers of stride 1,"
                       " for example the set `ladder`.")])
    lines, ahead = [], []
    for (kernel, size), group in found.groupby(["kernel", "ih"]):
        line = group.groupby("icg")["ratio"].median()
        start = crossover(line)
        width = line.idxmin()
        lines.append([kernel, f"{size}x{size}", ahead_at(line), number(1 / line[width], 3, "x"), width,
                      number(group.loc[group["icg"] == width, "pct_peak"].median())])
        ahead += [start] if start else []
    text = (f"A Winograd kernel stays ahead of {BASE} from {min(ahead)} to {max(ahead)} channels a group on, depending on kernel and map." if ahead else
            f"No Winograd kernel stays ahead of {BASE} up to the widest groups measured.")
    text += " A share of peak above 100 % is possible: useful FLOPs are those of the definition, and Winograd does fewer."
    return Section("winograd", "Winograd", [Text(text), draw(found), Table(
        ["kernel", "map", "ahead at (channels a group)", f"best {BASE} / kernel", "at channels a group", "% of peak there"], lines, texts=3)])
