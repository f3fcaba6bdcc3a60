"""Table 2 of the ResNeXt paper, timed: the same number of FLOPs in C groups of width d. Does equal complexity take equal time?"""
# SPDX-License-Identifier: Apache-2.0

import re

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..intervals import said
from ..text import natural, number, setting_text
from .common import main_setting, plain

CARDINALITY = re.compile(r"^(\d+x\d+d):")


def totals(rows):
    """Time, summed over all grouped 3x3 layers of the network as often as they occur: a line a (C x d), a column a kernel; and the
    sums of the ends of the confidence intervals."""
    rows = rows.assign(width=rows["layer"].str.extract(CARDINALITY, expand=False)).dropna(subset=["width"])
    rows["total"] = rows["time_median_ns"] * rows["multiplicity"]
    rows["low"], rows["high"] = rows["time_ci_lo_ns"] * rows["multiplicity"], rows["time_ci_hi_ns"] * rows["multiplicity"]
    groups = rows.groupby(["width", "kernel"])
    complete = groups[["total", "low", "high"]].agg(lambda values: values.sum(skipna=False)).assign(count=groups.size()).reset_index()
    layers = rows.groupby("width")["problem"].nunique()
    complete = complete[complete["count"] == complete["width"].map(layers)]  # a sum with a layer missing is no total
    return [complete.pivot(index="width", columns="kernel", values=value).sort_index(key=lambda index: [natural(i) for i in index])
            for value in ("total", "low", "high")]


def draw(table, low, high):
    figure, (axes,) = plots.grid(1, columns=1, height=3.6)
    places = range(len(table))
    ends = []
    for kernel in style.order(table.columns):
        colour, marker = style.look(kernel)
        line = table[kernel] / 1e6
        axes.plot(places, line, color=colour, linewidth=1.2)
        for place, value in zip(places, line):
            if value == value:
                mark, = axes.plot(place, value, color=colour, marker=marker)
                plots.interval(axes, place, low[kernel].iloc[place] / 1e6, high[kernel].iloc[place] / 1e6, colour)
                plots.tip(axes, mark, f"{kernel}, {table.index[place]}: {number(value)} ms")
        if line.notna().any():
            ends.append((line.dropna().iloc[-1], kernel))
    axes.set(ylabel="ms for all grouped 3x3 layers", xlabel="cardinality x width of a group (equal FLOPs in the whole block)")
    axes.set_xticks(list(places), table.index)
    plots.logarithmic(axes.yaxis)
    plots.direct_labels(axes, ends)
    return Plot("table2", figure, "Time of all 3x3 layers of ResNeXt-50 for each cardinality and width of Table 2, a line a kernel.")


def change(kernel, table, low, high):
    """From the fastest (C x d) to the slowest, with its interval, in words."""
    most, least = table[kernel].idxmax(), table[kernel].idxmin()
    return said(table[kernel][most] / table[kernel][least], low[kernel][most] / high[kernel][least], high[kernel][most] / low[kernel][least])


def section(run):
    setting, rows = main_setting(plain(run.layers))
    table, low, high = totals(rows)
    if len(table) < 2:
        return Section("table2", "Equal complexity, Table 2", [Missing("the sweep over cardinality", "It needs the set `table2`.")])
    lines = [[form, *(number(value / 1e6) for value in table.loc[form])] for form in table.index]
    spread = (table.max() / table.min()).sort_values()
    text = (f"All grouped 3x3 layers of the 50-layer network for each (C x d) of Table 2: {setting_text(setting)}. From the fastest to the slowest"
            f" (C x d) the time changes {change(spread.index[0], table, low, high)} times with {spread.index[0]} and {change(spread.index[-1], table, low, high)} times with {spread.index[-1]}.")
    return Section("table2", "Equal complexity, Table 2", [Text(text), draw(table, low, high), Table(["ms", *table.columns], lines)])
