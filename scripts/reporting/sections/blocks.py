"""The residual block in the three forms of the paper's Figure 3: C separate paths, early concatenation, grouped convolution."""

from .. import style
from ..content import Missing, Plot, Section, Table, Text
from ..text import geomean, natural, number
from .common import main_setting

FORMS = {"a": "separate paths", "b": "early concatenation", "c": "grouped convolution"}


def ratios(rows):
    """Time of each form over form c, for each block and kernel that has all of them."""
    once = rows.drop_duplicates(["problem", "kernel", "form"]).rename(columns={"problem": "block"})
    table = once.pivot(index=["block", "kernel"], columns="form", values="time_median_ns")
    table = table.dropna(subset=["c"])
    return table.div(table["c"], axis=0)


def draw(table):
    blocks = sorted(table.index.get_level_values("block").unique(), key=natural)
    kernels = style.order(table.index.get_level_values("kernel").unique())
    forms = [form for form in ("a", "b") if form in table]
    figure, every = style.grid(len(forms), columns=len(forms), height=1 + 0.3 * len(blocks))
    for axes, form in zip(every, forms):
        for kernel in kernels:
            colour, marker = style.look(kernel)
            for place, block in enumerate(reversed(blocks)):
                value = table[form].get((block, kernel), float("nan"))
                if value == value:
                    mark, = axes.plot(value, place, marker=marker, color=colour, linestyle="none")
                    style.tip(axes, mark, f"{block}, {kernel}: form {form} takes {number(value)} times as long as form c")
            axes.plot([], [], marker=marker, color=colour, linestyle="none", label=kernel)
        axes.axvline(1, color=style.INK, linewidth=1)
        axes.set_yticks(range(len(blocks)), list(reversed(blocks)) if axes is every[0] else [""] * len(blocks), fontsize=7)
        axes.set(xscale="log", xlabel="time / time of form c", title=f"form {form}: {FORMS[form]}")
    every[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return Plot("forms", figure, "How many times as long the separate-path and concatenated forms of a block take as the grouped form.")


def section(run):
    rows = run.level("block")
    rows = rows[rows["form"].isin(list(FORMS))]
    table = ratios(main_setting(rows)[1]) if len(rows) else None
    if table is None or table.empty or not {"a", "b"} & set(table.columns):
        return Section("forms", "One block in three forms", [Missing("forms a, b and c of a block", "`gconv-bench --level=block` times them.")])
    lines = [[kernel, *(number(geomean(group[form].dropna()), 3, "x") for form in ("a", "b") if form in table)]
             for kernel, group in table.groupby("kernel")]
    worst = table["a"].idxmax() if "a" in table else None
    text = "The three forms compute the same function with the same weights and MACs."
    if worst:
        text += (f" As {FORMS['a']} a block takes {number(geomean(table['a'].dropna()))} times as long as with a grouped convolution in the geometric"
                 f" mean over {table.index.get_level_values('block').nunique()} blocks and all kernels, {number(table['a'].max())} times at worst ({worst[0]}, {worst[1]}).")
    return Section("forms", "One block in three forms", [Text(text), draw(table), Table(
        ["geometric mean", *(f"form {form} / form c" for form in ("a", "b") if form in table)], lines)])
