"""The answer as one picture: for each of the first layers, how much longer each kernel takes than the fastest."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Plot
from ..intervals import ratio
from ..text import number, setting_text
from .common import YARDSTICKS

SHOWN = [*YARDSTICKS, "direct", "im2col_gemm"]  # and whoever is fastest somewhere


def draw(rows, setting):
    """`rows`: those of a few layers in one setting, each kernel once."""
    labels = list(dict.fromkeys(rows["layer"]))
    best = {label: group.loc[group["time_median_ns"].idxmin()] for label, group in rows.groupby("layer")}
    kernels = style.order({*(row["kernel"] for row in best.values()), *(k for k in SHOWN if k in set(rows["kernel"]))})
    figure, (axes,) = plots.grid(1, columns=1, height=0.8 + 0.26 * len(labels))
    handles = []
    for kernel in kernels:
        colour, marker = style.look(kernel)
        for _, row in rows[rows["kernel"] == kernel].iterrows():
            place = len(labels) - 1 - labels.index(row["layer"])
            first = best[row["layer"]]
            value, low, high = ratio(row, first) if row["kernel"] != first["kernel"] else (1, float("nan"), float("nan"))
            mark, = axes.plot(value, place, marker=marker, color=colour, linestyle="none")
            plots.interval(axes, place, low, high, colour, vertical=False)
            plots.tip(axes, mark, f"{kernel}, {row['layer']}: {number(value)} times as long as {first['kernel']}, {number(row['time_median_ns'] / 1e3)} us,"
                      f" {number(row['pct_peak'])} % of peak")
        handles.append(axes.plot([], [], marker=marker, color=colour, linestyle="none")[0])
    axes.axvline(1, color=style.INK, linewidth=1)
    axes.set_yticks(range(len(labels)), list(reversed(labels)), fontsize=7)
    axes.set(ylim=(-0.6, len(labels) - 0.4), xlabel=f"time / time of the fastest kernel: {setting_text(setting)}")
    plots.logarithmic(axes.xaxis)
    plots.legend_above(figure, handles, kernels)
    return Plot("answer", figure, "Who is fastest on each layer, at 1, and how many times as long the others take, with 95 % intervals.")
