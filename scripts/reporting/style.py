"""The one look of all plots: a kernel has the same colour and marker everywhere, in every run and on every page.

The colours are those of Okabe and Ito (2008) and Tol's muted scheme, which stay apart for readers with any common colour blindness;
markers repeat the difference for print. Ink and grid are single colours, so that the page can swap them in its dark form.
"""

import re
import zlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend has to be chosen first)

INK, GRID = "#1b1e23", "#c9ced6"
KERNELS = {
    "direct": ("#0072B2", "o"),
    "onednn": ("#D55E00", "s"),
    "onednn_plain": ("#E69F00", "D"),
    "im2col_gemm": ("#009E73", "^"),
    "merged_gemm": ("#CC79A7", "v"),
    "batched_gemm": ("#56B4E9", "P"),
    "naive_split": ("#808080", "X"),
    "depthwise_sum": ("#999933", "*"),
    "winograd": ("#332288", "h"),
    "winograd_f2": ("#882255", "<"),
    "winograd_f4": ("#AA4499", ">"),
    "winograd_f6": ("#6f4fc0", "p"),
    "onednn_winograd": ("#A65628", "d"),
    "ref": ("#4d4d4d", "."),
}
OTHERS = [("#117733", "H"), ("#CC6677", "8"), ("#44AA99", "1"), ("#661100", "2"), ("#6699CC", "3"), ("#DDCC77", "4")]
BLOCKS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#808080"]  # parts of a whole: stages, kinds of work

plt.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "gconv", "font.family": "sans-serif", "font.size": 9, "axes.titlesize": 9,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.grid": True,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK, "grid.color": GRID,
    "grid.linewidth": 0.6, "legend.frameon": False, "figure.facecolor": "white", "axes.facecolor": "none", "savefig.dpi": 150,
    "lines.markersize": 5, "xtick.labelsize": 8, "ytick.labelsize": 8, "axes.labelsize": 8, "figure.constrained_layout.use": True,
})


def look(kernel):
    """(colour, marker); parameters after @ do not change a kernel's look, and an unknown kernel always gets the same one."""
    family = kernel.split("@")[0]
    return KERNELS.get(family) or OTHERS[zlib.crc32(family.encode()) % len(OTHERS)]


def order(kernels):
    known = list(KERNELS)
    return sorted(kernels, key=lambda k: (known.index(k.split("@")[0]) if k.split("@")[0] in known else len(known), k))


WIDTH = 8.4  # inches, of every figure: one size of letters in the whole page


def grid(count, columns=3, height=2.5):
    """A figure of small multiples: (figure, the axes in use). The height is that of one row."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, height * rows), squeeze=False)
    for spare in axes.flat[count:]:
        spare.set_visible(False)
    figure.tips = {}
    return figure, list(axes.flat[:count])


def legend_above(figure, handles, labels):
    """One line over all panels. loc="outside upper center" came with matplotlib 3.7: its room is kept by hand."""
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - 0.3 / figure.get_figheight()))
    figure.legend(handles, labels, loc="upper center", ncol=len(labels), fontsize=8)


def tip(axes, artist, text):
    """Words that the page shows when somebody points at the artist."""
    tips = axes.figure.tips
    name = f"tip{len(tips)}"
    tips[name] = text
    artist.set_gid(name)


def interval(axes, x, low, high, colour, vertical=True):
    """A confidence interval as a thin line behind its mark."""
    if low == low and high == high:
        line = ([x, x], [low, high]) if vertical else ([low, high], [x, x])
        axes.plot(*line, color=colour, linewidth=1, alpha=0.7, zorder=1.5)


def direct_labels(axes, ends, gap=0.075):
    """Names at the right ends of lines instead of a legend, moved apart where they would touch: ends = [(x, y, text, colour)]."""
    transform = axes.transAxes.inverted().transform
    ends = sorted(ends, key=lambda end: end[1])
    places = [transform(axes.transData.transform((x, y)))[1] for x, y, _, _ in ends]
    for _ in range(100):
        for low in range(len(places) - 1):
            overlap = gap - (places[low + 1] - places[low])
            if overlap > 0:
                places[low] -= overlap / 2
                places[low + 1] += overlap / 2
    for place, (x, y, text, colour) in zip(places, ends):
        axes.annotate(text, (x, y), xytext=(1.03, place), textcoords="axes fraction", color=colour, fontsize=8, va="center",
                      annotation_clip=False)


def save(plot, folder):
    """plot.svg and plot.png; a date in them would make equal runs differ."""
    plot.figure.savefig(folder / f"{plot.name}.svg", metadata={"Date": None})
    plot.figure.savefig(folder / f"{plot.name}.png")
    svg = (folder / f"{plot.name}.svg").read_text(encoding="utf-8")
    plt.close(plot.figure)
    return svg


def inline(plot, svg):
    """The SVG as part of a page: no file header, names of its own, the page's ink and grid, words to point at and to read aloud."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    for name, text in plot.figure.tips.items():
        svg = svg.replace(f'<g id="{name}"', f'<g data-tip="{escape(text)}"')
    svg = re.sub(r'\bid="', f'id="{plot.name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{plot.name}-", svg)
    svg = re.sub(r'xlink:href="#', f'xlink:href="#{plot.name}-', svg)
    svg = svg.replace(INK, "var(--ink)").replace(GRID, "var(--grid)")
    svg = re.sub(r'(<g id="[^"]*patch_1">\s*<path [^>]*style=")fill: #ffffff', r"\1fill: none", svg, count=1)
    svg = re.sub(r'^<svg ([^>]*?)width="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'^<svg ([^>]*?)height="[^"]*"', r"<svg \1", svg, count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.alt)}" ', 1)


def escape(text):
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
