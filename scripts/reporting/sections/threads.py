"""How many times as fast on more threads."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..intervals import said
from ..run import SETTING
from ..text import natural, number, ratio_interval
from .common import PREFERRED, plain


def speedups(rows):
    """Time on the fewest threads over time on more, for each layer and kernel, with its confidence interval."""
    for column, value in zip(SETTING, PREFERRED):
        rows = rows if column == "threads" else rows[rows[column] == value]
    if rows.empty or rows["threads"].nunique() < 2:
        return None
    rows = rows.drop_duplicates(["problem", "kernel", "threads"])
    first = rows["threads"].min()
    both = rows[rows["threads"] == first].merge(rows[rows["threads"] > first], on=["layer", "kernel"], suffixes=("", "_more"))
    both["speedup"] = both["time_median_ns"] / both["time_median_ns_more"]
    both["low"], both["high"] = ratio_interval(both, "_more")
    return [both.pivot(index=["layer", "kernel"], columns="threads_more", values=value) for value in ("speedup", "low", "high")]


def draw(table, low, high):
    kernels = style.order(table.index.get_level_values("kernel").unique())
    counts = list(table.columns)
    figure, every = plots.grid(len(counts), columns=min(2, len(counts)), height=0.9 + 0.38 * len(kernels))
    for axes, count in zip(every, counts):
        places = {}
        for place, kernel in enumerate(reversed(kernels)):
            colour, marker = style.look(kernel)
            values = table[count].xs(kernel, level="kernel").dropna().sort_index(key=lambda i: [natural(v) for v in i])
            for step, (label, value) in enumerate(values.items()):
                spread = (step / max(1, len(values) - 1) - 0.5) * 0.7
                mark, = axes.plot(value, place + spread, marker=marker, color=colour, alpha=0.55, linestyle="none", markersize=4)
                places[label, kernel] = place + spread
                plots.tip(axes, mark, f"{kernel}, {label}: {number(value)} times as fast on {count} threads")
            keys = [key for key in places if key[1] == kernel]
            plots.intervals(axes, [places[key] for key in keys], low[count].loc[keys], high[count].loc[keys], colour, vertical=False, alpha=0.3)
            axes.plot([values.median()] * 2, [place - 0.4, place + 0.4], color=style.INK, linewidth=1.5)
        axes.axvline(count, color=style.INK, linestyle="--", linewidth=1)
        axes.set_yticks(range(len(kernels)), list(reversed(kernels)), fontsize=8)
        axes.set(xlim=(0, None), xlabel=f"times as fast on {count} threads; dashed: ideal; bar: median")
    return Plot("threads", figure, "Speed-up of each kernel on more threads, a mark a layer, with the ideal and the median.")


def section(run):
    table, low, high = speedups(plain(run.layers)) or (None, None, None)
    if table is None or table.empty:
        return Section("threads", "Threads", [Missing("thread scaling", "The run used one thread count; `--threads=1,2` or `1..all` has more.")])
    medians = table.groupby(level="kernel").median()
    last = medians[medians.columns[-1]].sort_values()
    ends = [ends[last.name].groupby(level="kernel").median() for ends in (low, high)]  # as if all layers stood at the ends of their intervals
    best, worst = (said(last[kernel], *(end[kernel] for end in ends)) for kernel in (last.index[-1], last.index[0]))
    text = (f"On {last.name} threads the median layer is {best} times as fast with {last.index[-1]}, the best, and {worst} times with {last.index[0]},"
            " the worst.")
    lines = [[kernel, *(number(value, 3, "x") for value in medians.loc[kernel])] for kernel in style.order(medians.index)]
    return Section("threads", "Threads", [Text(text), draw(table, low, high), Table(["median speed-up", *(f"{c} threads" for c in medians.columns)], lines)])
