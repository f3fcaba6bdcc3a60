"""Plots as files and as parts of the page: saved as SVG and PNG, the SVG made small, then fitted into the page."""

import re

from . import plots
from .style import DARK, GRID, INK, plt

NUMBER = re.compile(r"-?\d+\.\d{3,}")
UNUSED = re.compile(r' id="(?:line2d|xtick|ytick|text|patch|matplotlib\.axis|legend|LineCollection)_\d+"')


def save(plot, folder, where):
    """plot.svg and plot.png; a date in them would make equal runs differ."""
    plots.footer(plot.figure, f"{plot.source}: {where}" if where else plot.source)
    path = folder / f"{plot.name}.svg"
    plot.figure.savefig(path, metadata={"Date": None})
    plot.figure.savefig(folder / f"{plot.name}.png")
    plt.close(plot.figure)
    text = small(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return text


def small(svg):
    """A tenth of a pixel is enough, and names that nothing refers to are left out."""
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), svg)
    svg = re.sub(r'(<g id="[^"]*patch_1")', r'\1 class="paper"', svg, count=1)
    return re.sub(r"\n\s+", "\n", UNUSED.sub("", svg))


def inline(plot, svg):
    """The SVG as part of a page: no file header, names of its own, the page's colours, words to point at and to read aloud."""
    svg = svg[svg.index("<svg"):]
    for name, text in plot.figure.tips.items():
        svg = svg.replace(f'<g id="{name}"', f'<g data-tip="{escape(text)}"')
    svg = re.sub(r'\bid="', f'id="{plot.name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{plot.name}-", svg)
    svg = re.sub(r'xlink:href="#', f'xlink:href="#{plot.name}-', svg)
    for colour, name in [(INK, "ink"), (GRID, "grid"), *((colour, "k" + colour[1:]) for colour in DARK)]:
        svg = svg.replace(colour, f"var(--{name})").replace(colour.lower(), f"var(--{name})")
    svg = re.sub(r'(class="paper">\s*<path [^>]*style=")fill: #ffffff', r"\1fill: none", svg, count=1)
    svg = re.sub(r'^<svg ([^>]*?)width="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'^<svg ([^>]*?)height="[^"]*"', r"<svg \1", svg, count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.alt)}" ', 1)


def escape(text):
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
