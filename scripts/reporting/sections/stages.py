"""Where the time of a kernel goes: packing, transforms, products, unpacking."""

from .. import style
from ..content import Missing, Plot, Section, Text
from ..text import natural, number
from .common import main_setting

STAGES = ["pack_src", "transform", "compute", "untransform", "unpack_dst", "other"]
LAYERS = 12


def panel(axes, rows, columns):
    kernels = style.order(rows["kernel"].unique())
    known = rows.set_index("kernel")
    for place, kernel in enumerate(reversed(kernels)):
        left = 0.0
        for stage, colour in zip(STAGES, style.BLOCKS):
            value = known.loc[kernel, columns[stage]] / 1e3 if stage in columns else float("nan")
            if value > 0:
                bar, = axes.barh(place, value, left=left, color=colour, height=0.7)
                style.tip(axes, bar, f"{kernel}, {stage}: {number(value)} us")
                left += value
    axes.set_yticks(range(len(kernels)), list(reversed(kernels)), fontsize=7)
    axes.grid(False, axis="y")


def section(run):
    columns = {stage: f"stage_{stage}_ns" for stage in STAGES if run.has(f"stage_{stage}_ns")}
    rows = main_setting(run.layers)[1].copy()
    for column in columns.values():
        rows[column] = rows[column].astype(float)
    rows = rows[rows[list(columns.values())].notna().any(axis=1)] if columns else rows.head(0)
    if rows.empty:
        return Section("stages", "Where the time goes", [Missing("the stages of each kernel", "`gconv-bench --stages` measures them.")])
    labels = sorted(rows["layer"].unique(), key=natural)[:LAYERS]
    height = 0.8 + 0.18 * rows.groupby("layer")["kernel"].nunique().max()
    figure, every = style.grid(len(labels), columns=2, height=height)
    for axes, label in zip(every, labels):
        panel(axes, rows[rows["layer"] == label].drop_duplicates("kernel"), columns)
        axes.set_title(label, fontsize=8)
        axes.set_xlabel("us, in a run with the stage clock on", fontsize=7)
    handles = [style.plt.Rectangle((0, 0), 1, 1, color=colour) for colour in style.BLOCKS]
    style.legend_above(figure, handles, STAGES)
    compute = rows[columns["compute"]] / rows[list(columns.values())].sum(axis=1) if "compute" in columns else None
    text = "The stages of each kernel, from a run of its own with the clock on."
    if compute is not None:
        share = compute.groupby(rows["kernel"]).median().sort_values()
        text += f" Products take {number(100 * share.iloc[0])} % of the time of {share.index[0]} and {number(100 * share.iloc[-1])} % of that of {share.index[-1]} (medians)."
    return Section("stages", "Where the time goes", [Text(text), Plot("stages", figure, "Time of each stage of each kernel, stacked, a panel a layer.")])
