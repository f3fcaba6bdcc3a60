"""The roofline (Williams, Waterman and Patterson 2009): what arithmetic and memory allow, and where each kernel stands below it."""
# SPDX-License-Identifier: Apache-2.0

import numpy
import pandas

from .. import plots, style
from ..content import Missing, Plot, Section, Text
from ..text import number, plural, setting_text
from .common import WINOGRAD, main_setting, once, plain, told


LEVELS = {"l1": "L1", "l2": "L2", "l3": "L3", "memory": "memory"}


def intensity(rows):
    """FLOPs for each byte that has to move: the file's own column, or the minimum of src, wei and dst once each."""
    own = rows["intensity"]
    return own.where(own.notna(), 2 * rows["macs"] / rows["min_bytes"])


def roofs(axes, slopes, span, peak, named):
    """The peak, and a slope for each level of memory that was measured; with their names in the first panel."""
    x = numpy.geomspace(*span, 50)
    axes.plot(x, numpy.full_like(x, peak), color=style.INK, linewidth=1)
    for gbps in slopes.values():
        axes.plot(x, numpy.minimum(x * gbps, peak), color=style.INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=2.5)
    if named:
        names = [f"solid: peak, {number(peak)} GFLOP/s"] + [f"dashed: {level}, {number(gbps)} GB/s" for level, gbps in slopes.items()]
        axes.text(0.98, 0.04, "\n".join(names), transform=axes.transAxes, fontsize=6.5, ha="right", va="bottom")


def bandwidths(run, threads):
    """{level: GB/s}, as environment.json records them; widest first."""
    facts = run.environment.get("run", {})
    found = [(LEVELS[level], pandas.to_numeric(facts.get(f"bandwidth_gbps_{level}_t{threads}"), errors="coerce")) for level in LEVELS]
    return {level: gbps for level, gbps in found if gbps and gbps == gbps}


def draw(run, setting, rows):
    """A panel a kernel: all in one would hide each other."""
    rows = rows.assign(told=told(rows))
    x = intensity(rows)
    span = (x.min() / 1.5, x.max() * 1.5)
    peak = rows["peak_gflops"].max()
    kernels = style.order(rows["kernel"].unique())
    figure, every = plots.grid(len(kernels), height=2.1)
    bottom, top = rows["gflops"].min() / 1.5, 1.6 * max(peak, rows["gflops"].max())
    for axes, kernel in zip(every, kernels):
        own = rows[rows["kernel"] == kernel]
        colour, marker = style.look(kernel)
        for at, row in zip(x[own.index], own.itertuples()):
            mark, = axes.plot(at, row.gflops, marker=marker, color=colour, linestyle="none", alpha=0.7, markersize=3.5)
            if row.told:
                plots.tip(axes, mark, f"{kernel}, {row.layer}: {number(row.gflops)} GFLOP/s at {number(at)} FLOPs a byte")
        flops = own["gflops"] * own["time_median_ns"]
        plots.intervals(axes, x[own.index], flops / own["time_ci_hi_ns"], flops / own["time_ci_lo_ns"], colour)
        axes.set(xlim=span, ylim=(bottom, top), title=kernel)
        plots.logarithmic(axes.xaxis)
        plots.logarithmic(axes.yaxis)
        roofs(axes, bandwidths(run, setting[2]), span, peak, axes is every[0])
        axes.set_ylabel("GFLOP/s" if axes.get_subplotspec().is_first_col() else "")
    for axes in every[-3:]:
        axes.set_xlabel("FLOPs a byte (src, wei, dst once)")
    return Plot("roofline", figure, "Roofline, a panel a kernel: GFLOP/s of each layer over the FLOPs a byte, below the measured peak and bandwidths.",
                source="results.csv and environment.json")


def section(run):
    setting, rows = main_setting(plain(run.layers))
    rows = once(rows)
    rows = rows[(intensity(rows) > 0) & (rows["gflops"] > 0) & rows["peak_gflops"].notna()]
    if rows.empty:
        return Section("roofline", "Roofline", [Missing("the roofline", "The rows have neither bytes nor a measured peak.")])
    slopes = bandwidths(run, setting[2])
    text = f"One mark a layer, a panel a kernel: {setting_text(setting)}."
    if rows["pct_roof"].notna().any():
        every = rows[~rows["kernel"].isin(WINOGRAD)]  # those do fewer FLOPs than the roof counts
        best = every.loc[every.groupby("problem")["time_median_ns"].idxmin()]
        text += (f" The fastest kernel of a layer that does all its FLOPs (Winograd does not, and may stand above the roof) reaches"
                 f" {number(best['pct_roof'].median())} % of what arithmetic and memory allow (median over {plural(len(best), 'layer')}).")
    if not slopes:
        text += " This run measured no bandwidths, so only the arithmetic limit is drawn."
    return Section("roofline", "Roofline", [Text(text), draw(run, setting, rows)])
