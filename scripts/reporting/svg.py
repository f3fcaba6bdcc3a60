"""Plots as files and as parts of the page: saved as SVG and PNG, the SVG made small, then fitted into the page."""
# SPDX-License-Identifier: Apache-2.0

import re

from . import plots
from .style import DARK, GRID, INK, plt

ATTRIBUTE = re.compile(r'"[^"]*"')
NUMBER = re.compile(r"-?\d+\.\d{3,}")
MARK = re.compile(r'<g( id="tip\d+")?>\s*<g clip-path="[^"]*">\s*<use ([^>]*)/>\s*</g>\s*</g>')  # of a line with one point
RUN = re.compile(r'<use [^>]*style="([^"]*)"/>\n(?:<use [^>]*style="\1"/>\n)+')
SPARE = re.compile(r"(?<=DejaVu Sans', )[^;]*(?=sans-serif;)|"  # fonts that stand in for the first
                   r' transform="rotate\(-0 [^"]*"')
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
    """A hundredth of a point is enough, a mark needs no groups around it, equal ones share their style, and what nothing refers to is left out."""
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = ATTRIBUTE.sub(lambda text: NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), text[0]), svg)
    svg = re.sub(r'(<g id="[^"]*patch_1")', r'\1 class="paper"', svg, count=1)
    svg = MARK.sub(lambda match: f"<use{match[1] or ''} {match[2]}/>", UNUSED.sub("", svg))
    for place, name in enumerate(dict.fromkeys(re.findall(r' id="([mp][0-9a-f]{10})"', svg))):  # of markers and of what is clipped
        svg = svg.replace(f'"{name}"', f'"{name[0]}{place}"').replace(f"#{name}", f"#{name[0]}{place}")
    svg = re.sub(r"fill-opacity: ([\d.]+); (stroke: #\w+); stroke-opacity: \1", r"\2; opacity: \1", svg)
    svg = re.sub(r"\n\s+", "\n", SPARE.sub("", svg))
    return RUN.sub(lambda run: f'<g style="{run[1]}">\n' + run[0].replace(f' style="{run[1]}"', "") + "</g>\n", svg)


def inline(plot, svg):
    """The SVG as part of a page: no file header, names of its own, the page's colours, words to point at and to read aloud."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r'<(g|use) id="(tip\d+)"', lambda match: f'<{match[1]} data-tip="{escape(plot.figure.tips[match[2]])}"', svg)
    svg = re.sub(r'\bid="', f'id="{plot.name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{plot.name}-", svg)
    svg = re.sub(r'xlink:href="#', f'href="#{plot.name}-', svg)
    for colour, name in [(INK, "ink"), (GRID, "grid"), *((colour, "k" + colour[1:]) for colour in DARK)]:
        svg = svg.replace(colour, f"var(--{name})").replace(colour.lower(), f"var(--{name})")
    svg = re.sub(r'(class="paper">\s*<path [^>]*style=")fill: #ffffff', r"\1fill: none", svg, count=1)
    svg = re.sub(r'^<svg ([^>]*?)width="[^"]*"', r"<svg \1", svg, count=1)
    svg = re.sub(r'^<svg ([^>]*?)height="[^"]*"', r"<svg \1", svg, count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.alt)}" ', 1)


def escape(text):
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
