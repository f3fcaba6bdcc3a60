"""The roofline (Williams, Waterman and Patterson 2009): what arithmetic and memory allow, and where each kernel stands below it."""

import numpy

from .. import style
from ..content import Missing, Plot, Section, Text
from ..text import number, setting_text
from .common import main_setting, once


def intensity(rows):
    """FLOPs for each byte that has to move: the file's own column, or the minimum of src, wei and dst once each."""
    own = rows["intensity"]
    return own.where(own.notna(), 2 * rows["macs"] / rows["min_bytes"])


def roofs(axes, run, threads, span, peak):
    """The peak, and a slope for each level of memory that was measured."""
    x = numpy.geomspace(*span, 50)
    axes.plot(x, numpy.full_like(x, peak), color=style.INK, linewidth=1)
    axes.annotate(f"FMA peak {number(peak)} GFLOP/s", (span[1], peak), xytext=(0, 4), textcoords="offset points", ha="right", fontsize=8)
    for level, gbps in bandwidths(run, threads):
        axes.plot(x, numpy.minimum(x * gbps, peak), color=style.INK, linewidth=0.8, linestyle=":")
        at = min(peak / gbps / 1.3, span[1] / 2)
        at = max(at, span[0] * 1.05)
        axes.annotate(f"{level} {number(gbps)} GB/s", (at, at * gbps), fontsize=7, rotation=35, ha="right", va="bottom")


def bandwidths(run, threads):
    """[(level, GB/s)] of the copy probe, as environment.json records it."""
    found = []
    for probe in run.environment.get("ceilings", {}).get("bandwidth", []):
        if probe.get("threads") == threads and probe.get("kind") == "copy" and probe.get("median_gbps"):
            found.append((probe["level"], probe["median_gbps"]))
    return found


def draw(run, setting, rows):
    figure, (axes,) = style.grid(1, columns=1, height=4.6)
    x = intensity(rows)
    span = (x.min() / 1.5, x.max() * 1.5)
    peak = rows["peak_gflops"].max()
    for kernel in style.order(rows["kernel"].unique()):
        own = rows[rows["kernel"] == kernel]
        colour, marker = style.look(kernel)
        for at, row in zip(x[own.index], own.itertuples()):
            mark, = axes.plot(at, row.gflops, marker=marker, color=colour, linestyle="none", alpha=0.85)
            style.tip(axes, mark, f"{kernel}, {row.layer}: {number(row.gflops)} GFLOP/s at {number(at)} FLOPs a byte")
        axes.plot([], [], marker=marker, color=colour, linestyle="none", label=kernel)
    axes.set(xscale="log", yscale="log", xlim=span, xlabel="FLOPs a byte (src, wei and dst moved once)", ylabel="GFLOP/s")
    roofs(axes, run, setting[2], span, peak)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return Plot("roofline", figure, "Roofline: GFLOP/s of each kernel and layer over the FLOPs a byte, below the measured peak and bandwidths.",
                source="results.csv and environment.json")


def section(run):
    setting, rows = main_setting(run.layers)
    rows = once(rows)
    rows = rows[intensity(rows).notna() & rows["peak_gflops"].notna()]
    if rows.empty:
        return Section("roofline", "Roofline", [Missing("the roofline", "The rows have neither bytes nor a measured peak.")])
    slopes = bandwidths(run, setting[2])
    text = f"One mark a layer and kernel: {setting_text(setting)}."
    if rows["pct_roof"].notna().any():
        best = rows.loc[rows.groupby("problem")["time_median_ns"].idxmin()]
        text += f" The fastest kernel of a layer reaches {number(best['pct_roof'].median())} % of what arithmetic and memory allow (median over layers)."
    if not slopes:
        text += " This run measured no bandwidths, so only the arithmetic limit is drawn."
    return Section("roofline", "Roofline", [Text(text), draw(run, setting, rows)])
