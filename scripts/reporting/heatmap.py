"""Heat maps with a figure in every cell: what is shown, what the page says about a cell that is pointed at, and how it is marked."""
# SPDX-License-Identifier: Apache-2.0

from dataclasses import dataclass

from . import plots, style


@dataclass
class Cell:
    shown: str
    tip: str
    below: str = ""  # a second figure, smaller
    bold: bool = False
    framed: bool = False


def ink_on(colour):
    """Black or white, whichever can be read."""
    red, green, blue = colour[:3]
    return "#000000" if 0.3 * red + 0.6 * green + 0.1 * blue > 0.45 else "#ffffff"


def cell(axes, at, colour, words):
    x, y = at
    square = axes.add_patch(style.plt.Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, linewidth=0))
    plots.tip(axes, square, words.tip)
    if words.framed:
        axes.add_patch(style.plt.Rectangle((x - 0.44, y - 0.42), 0.88, 0.84, fill=False, edgecolor=ink_on(colour), linewidth=0.7))
    axes.text(x, y - (0.17 if words.below else 0), words.shown, ha="center", va="center", fontsize=6, color=ink_on(colour),
              fontweight="bold" if words.bold else "normal")
    if words.below:
        axes.text(x, y + 0.22, words.below, ha="center", va="center", fontsize=5, color=ink_on(colour))


def draw(axes, table, words, colour):
    """A cell for every value of the table that is there: `words` are those of line y and column x, `colour` is of the value."""
    for y in range(table.shape[0]):
        for x in range(table.shape[1]):
            value = table.iloc[y, x]
            if value == value:
                cell(axes, (x, y), colour(value), words(y, x))
    axes.set(xlim=(-0.5, table.shape[1] - 0.5), ylim=(table.shape[0] - 0.5, -0.5))
    axes.set_xticks(range(table.shape[1]), [str(c) for c in table.columns], fontsize=7)
    axes.grid(False)
