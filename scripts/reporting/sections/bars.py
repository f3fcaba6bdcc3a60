"""GFLOP/s of every kernel on every layer, with the FMA peak as the end of the axis."""

from .. import style
from ..content import Missing, Plot, Section, Text
from ..text import natural, number, setting_text
from .common import main_setting

LAYERS = 24  # a picture with more is no longer read


def panel(axes, group, kernels, peak):
    known = group.set_index("kernel")
    for place, kernel in enumerate(reversed(kernels)):
        if kernel not in known.index:
            axes.text(0, place, " not measured", va="center", fontsize=7)
            continue
        row = known.loc[kernel]
        colour = style.look(kernel)[0]
        bar, = axes.barh(place, row.gflops, color=colour, height=0.75)
        style.tip(axes, bar, f"{kernel}, {row['layer']}: {number(row.gflops)} GFLOP/s, {number(row.pct_peak)} % of peak, {number(row.time_median_ns / 1e3)} us")
        style.interval(axes, place, row.gflops * row.time_median_ns / row.time_ci_hi_ns, row.gflops * row.time_median_ns / row.time_ci_lo_ns,
                       style.INK, vertical=False)
        axes.text(row.gflops, place, f" {number(row.gflops)}", va="center", fontsize=7)
    axes.set_yticks(range(len(kernels)), list(reversed(kernels)), fontsize=7)
    axes.set_xlim(0, peak)
    axes.grid(False, axis="y")


def draw(name, rows, peak):
    labels = sorted(rows["layer"].unique(), key=natural)[:LAYERS]
    kernels = style.order(rows["kernel"].unique())
    figure, every = style.grid(len(labels), height=0.6 + 0.15 * len(kernels))
    for axes, label in zip(every, labels):
        panel(axes, rows[rows["layer"] == label].drop_duplicates("kernel"), kernels, peak)
        axes.set_title(label, fontsize=8)
    figure.supxlabel(f"GFLOP/s; every axis ends at the FMA peak, {number(peak)}", fontsize=8)
    return Plot(f"bars-{name}", figure, f"GFLOP/s of each kernel on the layers of {name}; the axis ends at the measured peak.")


def section(run):
    setting, rows = main_setting(run.layers)
    if rows.empty:
        return Section("bars", "Layer by layer", [Missing("GFLOP/s of each kernel", "No single layer was measured.")])
    peak = rows["peak_gflops"].max()
    peak = peak if peak == peak else rows["gflops"].max()
    blocks = [Text(f"Useful GFLOP/s (2 MACs of in-bounds taps, over the median time): {setting_text(setting)}.")]
    for name, group in rows.groupby("set", sort=False):
        count = group["layer"].nunique()
        if count > LAYERS:
            blocks.append(Text(f"{name or 'The run'} has {count} layers; the picture shows the first {LAYERS}, the tables all."))
        blocks.append(draw(name or "run", group, peak))
    return Section("bars", "Layer by layer", blocks)
