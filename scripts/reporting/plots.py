"""Figures and what is drawn in them: small multiples, axes of plain numbers, confidence intervals, names beside lines, values to point at."""
# SPDX-License-Identifier: Apache-2.0

import matplotlib.ticker

from .style import INK, look, plt

WIDTH = 8.4  # inches, of every figure: one size of letters in the whole page
POINTS = 72  # an inch


def grid(count, columns=3, height=2.5):
    """A figure of small multiples: (figure, the axes in use). The height is that of one row, or a list of those of all rows."""
    columns = min(columns, count)
    rows = -(-count // columns)
    heights = height if isinstance(height, list) else [height] * rows
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, sum(heights)), squeeze=False, height_ratios=heights)
    for spare in axes.flat[count:]:
        spare.set_visible(False)
    figure.tips = {}
    figure.head = 0.0  # inches above the axes that are not theirs
    return figure, list(axes.flat[:count])


def legend_above(figure, handles, names):
    """One legend for all panels, in a strip of its own above them."""
    strip = 0.3
    size = figure.get_size_inches()
    figure.set_size_inches(size[0], size[1] + strip)
    figure.head = strip
    figure.legend(handles, names, loc="upper center", ncols=len(names), fontsize=8)


def patches(colours):
    return [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in colours]


def logarithmic(axis, ticks=None):
    """A logarithmic axis with numbers as people write them; `ticks`: only these, the powers of two among them if they would touch."""
    axes = axis.axes
    if axis is axes.xaxis:
        axes.set_xscale("log")
    else:
        axes.set_yscale("log")
    plain = matplotlib.ticker.FuncFormatter(lambda value, _: f"{value:,.12g}" if value >= 1 else f"{value:.12f}".rstrip("0"))
    if ticks is None:
        low, high = sorted(axis.get_view_interval())
        steps = (1, 1.5, 2, 3, 5, 7) if high / low < 12 else (1, 2, 5) if high / low < 1000 else (1,)
        axis.set_major_locator(matplotlib.ticker.LogLocator(subs=steps, numticks=12))
        axis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    else:
        axis.set_major_locator(matplotlib.ticker.FixedLocator(apart(ticks)))
        axis.set_minor_locator(matplotlib.ticker.NullLocator())
    axis.set_major_formatter(plain)


def apart(ticks):
    """All of the ticks, or where neighbours are too close for their numbers the powers of two among and between them."""
    ticks = sorted(set(ticks))
    close = len(ticks) > 6 and any(high / low < 1.6 for low, high in zip(ticks, ticks[1:]) if low > 1)
    powers = [2**power for power in range(20) if ticks[0] <= 2**power <= ticks[-1]]
    return ticks if not close else powers if len(powers) < 10 else powers[::2]


def tip(axes, artist, text):
    """Words that the page shows when somebody points at the artist, and lists below the plot."""
    tips = axes.figure.tips
    name = f"tip{len(tips)}"
    tips[name] = text
    artist.set_gid(name)


def interval(axes, x, low, high, colour, vertical=True):
    """A confidence interval as a thin line behind its mark."""
    if low == low and high == high:
        line = ([x, x], [low, high]) if vertical else ([low, high], [x, x])
        axes.plot(*line, color=colour, linewidth=1, alpha=0.7, zorder=1.5)


def intervals(axes, at, low, high, colour, vertical=True, alpha=0.7):
    """Those of hundreds of marks as one line with gaps."""
    known = [(x, low, high) for x, low, high in zip(at, low, high) if low == low and high == high]
    gap = float("nan")
    places = [value for x, _, _ in known for value in (x, x, gap)]
    ends = [value for _, low, high in known for value in (low, high, gap)]
    axes.plot(*((places, ends) if vertical else (ends, places)), color=colour, linewidth=1, alpha=alpha, zorder=1.5)


def spread(places, gap):
    """Places moved apart until neighbours are `gap` from each other, as little as that takes and within 0 to 1 where they fit."""
    gap = min(gap, 1 / max(1, len(places) - 1))
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [places[i] for i in order]
    for _ in range(200):
        for low in range(len(moved) - 1):
            overlap = gap - (moved[low + 1] - moved[low])
            if overlap > 1e-6:
                moved[low] -= overlap / 2
                moved[low + 1] += overlap / 2
        if moved:
            moved[0], moved[-1] = max(0, moved[0]), min(1, moved[-1])
    result = [0.0] * len(places)
    for i, place in zip(order, moved):
        result[i] = place
    return result


def direct_labels(axes, ends):
    """Names right of the ends of lines instead of a legend, each behind its marker: ends = [(y of the line's end, kernel)]. In ink, as
    not every colour that can be told apart can be read."""
    axes.get_ylim()  # settles the limits, which are lazy
    to_axes = (axes.transData + axes.transAxes.inverted()).transform
    x = axes.get_xlim()[1]
    height = axes.figure.get_size_inches()[1] / axes.get_gridspec().nrows * POINTS * 0.72
    places = spread([to_axes((x, y))[1] for y, _ in ends], 11.5 / height)
    for place, (_, kernel) in zip(places, ends):
        colour, marker = look(kernel)
        if kernel.startswith("ideal"):  # a piece of the dashed line itself: a single dash would read as a minus sign
            axes.plot([1.0, 1.045], [place] * 2, color=INK, linestyle=(0, (2, 1)), linewidth=1, transform=axes.transAxes, clip_on=False)
        else:
            axes.plot([1.03], [place], marker=marker, color=colour, transform=axes.transAxes, clip_on=False, linestyle="none")
        axes.annotate(kernel, (1.03, place), xycoords="axes fraction", xytext=(6, 0), textcoords="offset points", fontsize=8, va="center", color=INK,
                      annotation_clip=False)


def footer(figure, text):
    """What the numbers are from, in the picture itself, which may be shown without its page."""
    strip = 0.22
    width, height = figure.get_size_inches()
    height += strip
    figure.set_size_inches(width, height)
    figure.get_layout_engine().set(rect=(0, strip / height, 1, 1 - (strip + figure.head) / height))
    figure.text(1 - 0.05 / width, 0.05 / height, text, fontsize=6.5, ha="right", va="bottom", color=INK, alpha=0.75)
