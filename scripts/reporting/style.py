"""The one look of all plots: a kernel has the same colour and marker everywhere, in every run and on every page.

The colours are those of Okabe and Ito (2008) and Tol's muted scheme, which stay apart for readers with any common colour blindness;
markers repeat the difference for print. Ink and grid are single colours, so that the page can swap them in its dark form.
"""
# SPDX-License-Identifier: Apache-2.0

import zlib

import matplotlib

from .text import natural

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
    "best": ("#1b1e23", "H"),  # of blocks and networks: the fastest kernel for each layer
}
OTHERS = [("#117733", "8"), ("#CC6677", "o"), ("#44AA99", "s"), ("#661100", "D"), ("#6699CC", "^"), ("#DDCC77", "v")]
# What is too dark to be seen on a dark page, and what it becomes there.
DARK = {"#332288": "#9a91e6", "#882255": "#d66a97", "#6f4fc0": "#a48af0", "#4d4d4d": "#a6a6a6", "#661100": "#c4644c", "#117733": "#3fae62"}
BLOCKS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#808080"]  # parts of a whole: stages, kinds of work

plt.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "gconv", "font.family": "sans-serif", "font.size": 9, "axes.titlesize": 9,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.grid": True,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK, "grid.color": GRID,
    "grid.linewidth": 0.6, "legend.frameon": False, "figure.facecolor": "white", "axes.facecolor": "none", "savefig.dpi": 150,
    "lines.markersize": 5, "xtick.labelsize": 8, "ytick.labelsize": 8, "axes.labelsize": 8, "figure.constrained_layout.use": True,
    "figure.max_open_warning": 0,  # all are open until the report is written
})


def look(kernel):
    """(colour, marker); parameters after @ do not change a kernel's look, and an unknown kernel always gets the same one."""
    family = kernel.split("@")[0]
    return KERNELS.get(family) or OTHERS[zlib.crc32(family.encode()) % len(OTHERS)]


def order(kernels):
    known = list(KERNELS)
    return sorted(kernels, key=lambda k: (known.index(k.split("@")[0]) if k.split("@")[0] in known else len(known), natural(k)))
