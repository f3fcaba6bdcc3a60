"""Merging groups into block-diagonal matrices: fewer and larger products against more zeros multiplied."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Missing, Plot, Section, Text
from ..text import natural, number
from .common import main_setting, once

NAME = r"^merged_gemm@m(\d+)$"
PANELS = 6


def panel(axes, group):
    group = group.sort_values("m")
    places = range(len(group))
    useful = 2 * group["macs"] / 1e9
    wasted = 2 * group["executed_macs"] / 1e9 - useful
    axes.bar(places, useful, color=style.BLOCKS[2], width=0.6)
    axes.bar(places, wasted, bottom=useful, color=style.BLOCKS[1], width=0.6)
    axes.set_ylabel("GFLOP", fontsize=8)
    axes.set_xticks(list(places), [str(m) for m in group["m"]])
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    colour = style.look("merged_gemm")[0]
    line, = right.plot(places, group["time_median_ns"] / 1e3, color=colour, marker=style.look("merged_gemm")[1])
    for place, row in zip(places, group.itertuples()):
        plots.interval(right, place, row.time_ci_lo_ns / 1e3, row.time_ci_hi_ns / 1e3, style.INK)
        mark, = right.plot(place, row.time_median_ns / 1e3, color=colour, marker=style.look("merged_gemm")[1])
        plots.tip(axes, mark, f"m = {row.m}: {number(row.time_median_ns / 1e3)} us, {number(row.executed_macs / row.macs)} MACs done for each useful one")
    right.set_ylim(0, None)
    right.set_ylabel("us", fontsize=8)
    right.yaxis.set_major_formatter("{x:,.0f}")
    right.grid(False)
    return line


def section(run):
    rows = once(main_setting(run.layers)[1])
    m = rows["kernel"].str.extract(NAME, expand=False)
    rows = rows[m.notna()].assign(m=m.dropna().astype(int))
    rows = rows[rows.groupby("layer")["m"].transform("nunique") > 1]
    if rows.empty:
        return Section("merged", "Merging groups", [Missing("merge factor against time", "`--kernels='merged_gemm@m1,merged_gemm@m2,...'` forces factors.")])
    labels = sorted(rows["layer"].unique(), key=natural)[:PANELS]
    figure, every = plots.grid(len(labels), columns=2, height=2.6)
    for axes, label in zip(every, labels):
        time = panel(axes, rows[rows["layer"] == label])
        axes.set_title(label, fontsize=8)
        axes.set_xlabel("groups merged")
    plots.legend_above(figure, plots.patches([style.BLOCKS[2], style.BLOCKS[1]]) + [time], ["useful FLOPs", "FLOPs on zeros", "time (right axis)"])
    best = rows.loc[rows.groupby("layer")["time_median_ns"].idxmin(), "m"]
    text = f"The fastest merge factor is {', '.join(f'{value} on {count}' for value, count in best.value_counts().sort_index().items())} of {len(best)} layers."
    return Section("merged", "Merging groups", [Text(text), Plot("merged", figure, "Useful and wasted FLOPs, and time, over the number of merged groups.")])
