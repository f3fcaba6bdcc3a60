"""Where the time of a kernel goes: packing, transforms, products, unpacking."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Missing, Plot, Section, Text
from ..text import natural, number
from .common import main_setting, plain

STAGES = ["pack_src", "transform", "compute", "untransform", "unpack_dst", "other"]
LAYERS = 8
SHARE = 0.03  # of a kernel's time; less beside its main stage is no second stage


def panel(axes, rows, columns):
    kernels = style.order(rows["kernel"].unique())
    known = rows.set_index("kernel")[list(columns.values())]
    for place, kernel in enumerate(reversed(kernels)):
        left, total = 0.0, known.loc[kernel].sum()
        for stage, colour in zip(STAGES, style.BLOCKS):
            value = known.loc[kernel, columns[stage]] if stage in columns else float("nan")
            if value > 0:
                share = 100 * value / total
                bar, = axes.barh(place, share, left=left, color=colour, height=0.7)
                plots.tip(axes, bar, f"{kernel}, {rows['layer'].iloc[0]}, {stage}: {number(value / 1e3)} us, {number(share)} %")
                left += share
        axes.text(100, place, f" {number(total / 1e3)} us", va="center", fontsize=7)
    axes.set(xlim=(0, 100), ylim=(-0.6, len(kernels) - 0.4))
    axes.set_yticks(range(len(kernels)), list(reversed(kernels)), fontsize=7)
    axes.grid(False, axis="y")


def order(layer, sets):
    """A sorting key: grouped layers first, those that most kernels ran before others, in the order of the sets."""
    first = layer.iloc[0]
    return first["groups"] == 1, -layer["kernel"].nunique(), sets.index(first["set"]), natural(first["layer"])


def section(run):
    columns = {stage: f"stage_{stage}_ns" for stage in STAGES if run.has(f"stage_{stage}_ns")}
    rows = main_setting(plain(run.layers))[1].copy()
    for column in columns.values():
        rows[column] = rows[column].astype(float)
    rows = rows[rows[list(columns.values())].notna().any(axis=1)] if columns else rows.head(0)
    if rows.empty:
        return Section("stages", "Where the time goes", [Missing("the stages of each kernel", "`gconv-bench --stages` measures them.")])
    times = rows[list(columns.values())]
    several = (times.max(axis=1) / times.sum(axis=1) < 1 - SHARE).groupby(rows["kernel"]).any()
    single = style.order(several.index[~several])
    rows = rows[rows["kernel"].map(several)] if several.any() else rows
    sets = list(rows["set"].unique())
    labels = sorted(rows["layer"].unique(), key=lambda label: order(rows[rows["layer"] == label], sets))[:LAYERS]
    height = 0.8 + 0.18 * rows.groupby("layer")["kernel"].nunique().max()
    figure, every = plots.grid(len(labels), columns=2, height=height)
    for axes, label in zip(every, labels):
        panel(axes, rows[rows["layer"] == label].drop_duplicates("kernel"), columns)
        axes.set_title(label, fontsize=8)
        axes.set_xlabel("% of the time", fontsize=7)
    plots.legend_above(figure, plots.patches(style.BLOCKS), STAGES)
    compute = rows[columns["compute"]] / rows[list(columns.values())].sum(axis=1) if "compute" in columns else None
    text = "The stages of each kernel, from a run of its own with the stage clock on; behind each bar the whole time."
    if single and several.any():
        text += f" Kernels that have but one stage are not drawn: {', '.join(single)}."
    if compute is not None:
        share = compute.groupby(rows["kernel"]).median().sort_values()
        text += f" Products take {number(100 * share.iloc[0])} % of the time of {share.index[0]} and {number(100 * share.iloc[-1])} % of that of {share.index[-1]} (medians)."
    return Section("stages", "Where the time goes", [Text(text), Plot("stages", figure, "Time of each stage of each kernel, stacked, a panel a layer.")])
