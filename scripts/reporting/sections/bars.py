"""GFLOP/s of every kernel on every layer, with the FMA peak as the end of the axis."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Missing, Plot, Section, Text
from ..text import natural, number, setting_text
from .common import SWEEPS, main_setting, plain

LAYERS = 36  # a picture with more is no longer read


def panel(axes, group, kernels, peak, absent):
    known, ends = group.set_index("kernel"), []
    for place, kernel in enumerate(reversed(kernels)):
        if kernel not in known.index:
            axes.text(0, place, f" {absent.get((group['layer'].iloc[0], kernel), 'not measured')}", va="center", fontsize=7, alpha=0.7)
            continue
        row = known.loc[kernel]
        colour = style.look(kernel)[0]
        bar, = axes.barh(place, row.gflops, color=colour, height=0.75)
        plots.tip(axes, bar, f"{kernel}, {row['layer']}: {number(row.gflops)} GFLOP/s, {number(row.pct_peak)} % of peak, {number(row.time_median_ns / 1e3)} us")
        low, high = (row.gflops * row.time_median_ns / row[end] for end in ("time_ci_hi_ns", "time_ci_lo_ns"))
        if low < peak:
            ends.append((place, low, min(high, peak)))
        beyond = " ▸" if row.gflops > peak else ""  # kernels that compute fewer FLOPs than useful
        axes.text(1.01 * peak, place, f"{beyond} {number(row.gflops)}", va="center", fontsize=7)
    plots.intervals(axes, *(zip(*ends) if ends else ([], [], [])), style.INK, vertical=False)
    named = axes.get_subplotspec().is_first_col()
    axes.set_yticks(range(len(kernels)), list(reversed(kernels)) if named else [""] * len(kernels), fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, peak), ylim=(-0.6, len(kernels) - 0.4))
    axes.set_xticks([0, peak / 2, peak], ["0", number(peak / 2), number(peak)], fontsize=7)
    axes.axvline(peak, color=style.INK, linewidth=1, linestyle="--")
    axes.grid(False, axis="y")


def draw(name, rows, peak, absent):
    labels = sorted(rows["layer"].unique(), key=natural)[:LAYERS]
    kernels = style.order(rows["kernel"].unique())
    figure, every = plots.grid(len(labels), height=0.6 + 0.15 * len(kernels))
    for axes, label in zip(every, labels):
        panel(axes, rows[rows["layer"] == label].drop_duplicates("kernel"), kernels, peak, absent)
        axes.set_title(label, fontsize=8)
    every[-1].set_xlabel("GFLOP/s; dashed: FMA peak", fontsize=7)
    return Plot(f"bars-{name}", figure, f"GFLOP/s of each kernel on the layers of {name}; the axis ends at the measured peak.")


def section(run):
    setting, rows = main_setting(plain(run.layers))
    if rows.empty:
        return Section("bars", "Layer by layer", [Missing("GFLOP/s of each kernel", "No single layer was measured.")])
    peak = rows["peak_gflops"].max()
    peak = peak if peak == peak else rows["gflops"].max()
    absent = run.rows[run.rows["status"] != "ok"].groupby(["layer", "kernel"])["status"].first()
    blocks = [Text(f"Useful GFLOP/s (2 MACs of in-bounds taps, over the median time): {setting_text(setting)}.")]
    for name, group in rows.groupby("set", sort=False):
        if name in SWEEPS:
            continue
        count = group["layer"].nunique()
        if count > LAYERS:
            blocks.append(Text(f"{name or 'The run'} has {count} layers; the picture shows the first {LAYERS}, the tables all."))
        blocks.append(draw(name or "run", group, peak, absent))
    return Section("bars", "Layer by layer", blocks)
