"""Heat maps over channels a group and map, a panel for each window and stride: where the direct kernel wins, and what it reaches."""
# SPDX-License-Identifier: Apache-2.0

import matplotlib.cm
import matplotlib.colors

from .. import heatmap, plots
from ..content import Plot
from ..text import number
from . import grid

# Steps that are equally far on both sides of 1: 1.25 is 1 / 0.8. Nothing within 3 % is told apart by colour.
EVEN = 0.97
LOSSES = [1 / 2, 2 / 3, 0.8, 0.9, EVEN]
RATIOS = [*LOSSES, *(1 / loss for loss in reversed(LOSSES))]
SHARES = [0, 20, 40, 50, 60, 70, 80, 90, 100]
ROW, AROUND = 0.27, 0.62  # inches: a line of cells, and what a panel needs beside them


def ratio_words(row):
    """Below the ratio: how many times as fast as the direct kernel Winograd is, where it is faster."""
    faster = row.method > 1
    tip = (f"{row.layer}: {grid.RIVAL} takes {number(row.ratio)} times as long as {grid.SUBJECT}"
           + (f", {grid.FEWER} is {number(row.method)} times as fast" if faster else ""))
    return heatmap.Cell(number(row.ratio, 2), tip, below=f"W {number(row.method, 2)}" if faster else "", bold=row.ratio < EVEN)


def share_words(row):
    """Where bytes are the bound there is a frame, and below the share of the peak that of what they permit."""
    tip = f"{row.layer}: {number(row.pct_peak)} % of peak, {number(row.pct_roof)} % of the roof"
    return heatmap.Cell(number(row.pct_peak, 2), tip, below=f"/{number(row.pct_roof, 2)}" if row.bytes_bound else "", framed=row.bytes_bound)


def plain(bound):
    return f"{bound:.2f}".rstrip("0").rstrip(".") if bound else "0"


def scale(bounds, colours, extend):
    return matplotlib.cm.ScalarMappable(matplotlib.colors.BoundaryNorm(bounds, matplotlib.colormaps[colours].N, extend=extend), colours)


def panel(axes, kind, rows, words, value):
    window, stride = kind
    rows = rows[(rows["kh"] == window) & (rows["stride_h"] == stride)]
    table = grid.table(rows, value)
    known = {(row.ih, row.icg): row for row in rows.itertuples()}
    heatmap.draw(axes, table, lambda y, x: words(known[grid.MAPS[y], grid.WIDTHS[x]]), axes.figure.scale.to_rgba)
    axes.set_title(f"{window}x{window}" + (f", stride {stride}" if stride > 1 else ""))
    first = axes.get_subplotspec().is_first_col()
    axes.set_yticks(range(len(grid.MAPS)), [f"{size}x{size}" if first else "" for size in grid.MAPS], fontsize=7)
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("channels a group" if axes.get_subplotspec().is_last_row() else "")


def draw(rows, colours, words, value):
    """Six panels under one scale."""
    kinds = [(window, stride) for window in grid.WINDOWS for stride in grid.STRIDES]
    figure, every = plots.grid(len(kinds), columns=len(grid.STRIDES), height=AROUND + ROW * len(grid.MAPS))
    figure.scale = colours
    for axes, kind in zip(every, kinds):
        panel(axes, kind, rows, words, value)
    return figure, every


def legend(figure, every, ticks, label):
    bar = figure.colorbar(figure.scale, ax=every, location="top", aspect=70, fraction=0.02, pad=0.01, ticks=ticks, spacing="uniform", drawedges=True)
    bar.ax.set_xticks(ticks, [plain(tick) for tick in ticks], fontsize=7)
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)
    bar.dividers.set(color="#ffffff", linewidth=1)
    bar.set_label(label, fontsize=8)


def ratio_plot(rows, direction):
    figure, every = draw(rows, scale(RATIOS, "RdBu", "both"), ratio_words, "ratio")
    legend(figure, every, RATIOS, f"{direction}: time of {grid.RIVAL} / {grid.SUBJECT}. Red, bold: {grid.SUBJECT} is slower"
           + (". W 2: Winograd is twice as fast" if (rows["method"] > 1).any() else ""))
    return Plot(f"ratio-{direction}", figure, f"Time of {grid.RIVAL} over that of {grid.SUBJECT}, {direction}, for each width of a group, map, window and stride.",
                source="results.csv.gz")


def share_plot(rows, direction):
    figure, every = draw(rows, scale(SHARES, "viridis", "neither"), share_words, "pct_peak")
    legend(figure, every, SHARES, f"{direction}: % of the FMA peak that {grid.SUBJECT} reaches. Framed: bytes are the bound; /N: % of what they permit")
    return Plot(f"peak-{direction}", figure, f"Share of the peak that {grid.SUBJECT} reaches, {direction}, for each width of a group, map, window and stride.",
                source="results.csv.gz")
