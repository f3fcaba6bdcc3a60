"""The ladder of channels a group: from how many channels does a grouped convolution beat its dense twin, for each kernel?"""

import matplotlib.colors

from .. import style
from ..content import Missing, Plot, Section, Table, Text
from ..sweeps.twins import pays_from
from ..text import number
from .common import main_setting, with_dense_twin


def heat(axes, table, kernel):
    """Grouped time / dense time: below 1 grouping pays. The border between the two is drawn."""
    values = table.to_numpy(dtype=float)
    axes.imshow(values, cmap="PuOr_r", norm=matplotlib.colors.LogNorm(0.01, 100), aspect="auto")
    for y in range(values.shape[0]):
        for x in range(values.shape[1]):
            if values[y, x] == values[y, x]:
                dark = not 0.05 < values[y, x] < 20
                axes.text(x, y, number(values[y, x], 2), ha="center", va="center", fontsize=6, color="#ffffff" if dark else "#000000")
                if x and (values[y, x - 1] - 1) * (values[y, x] - 1) < 0:
                    axes.plot([x - 0.5] * 2, [y - 0.5, y + 0.5], color=style.INK, linewidth=2)
    axes.set_xticks(range(table.shape[1]), [str(c) for c in table.columns], fontsize=7)
    axes.set_yticks(range(table.shape[0]), [f"{ih}x{ih}" + (f" s{s}" if s > 1 else "") for ih, s in table.index], fontsize=7)
    axes.set(title=kernel, xlabel="channels a group")
    axes.grid(False)


def narrowest(table):
    """From how many channels a group grouping pays, on the map where that is fewest."""
    starts = [pays_from(line.dropna()) for _, line in table.iterrows()]
    return min((start for start in starts if start == start), default=None)


def section(run):
    rows = main_setting(run.layers)[1]
    both = with_dense_twin(rows)
    ladder = both[both["kh"] == 3]
    tables = {kernel: group.pivot_table(index=["ih", "stride_h"], columns="icg", values="share")
              for kernel, group in ladder.groupby("kernel") if group["icg"].nunique() >= 4}
    if not tables:
        return Section("ladder", "Channels a group", [Missing("the ladder of channels a group", "It needs the set `ladder`.")])
    kernels = style.order(tables)
    figure, every = style.grid(len(kernels), columns=2, height=0.9 + 0.22 * max(len(t) for t in tables.values()))
    for axes, kernel in zip(every, kernels):
        heat(axes, tables[kernel], kernel)
    starts = {kernel: narrowest(tables[kernel]) for kernel in kernels}
    lines = [[kernel, number(starts[kernel]) if starts[kernel] is not None else "never", number(tables[kernel].min().min()),
              number(tables[kernel].max().max())] for kernel in kernels]
    best = min(kernels, key=lambda k: tables[k].median().median())
    text = (f"Time over that of the dense twin (same channels, one group); the line marks where it crosses 1. With {best} the median over maps and widths"
            f" is {number(tables[best].median().median())}.")
    return Section("ladder", "Channels a group", [Text(text), Plot("ladder", figure, "Heat map for each kernel: grouped over dense time by channels a group and map."),
                                                  Table(["kernel", "grouping pays from (channels a group)", "best grouped / dense", "worst"], lines)])
