"""The residual block in the three forms of the paper's Figure 3: C separate paths, early concatenation, grouped convolution."""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..intervals import geomean_ratio, said
from ..text import geomean, natural, number, ratio_interval, setting_text
from .common import main_setting

FORMS = {"a": "separate paths", "b": "early concatenation", "c": "grouped convolution"}


def ratios(rows):
    """Time of each form over form c, for each block and kernel that has both, and the ends of its confidence interval."""
    once = rows.drop_duplicates(["problem", "kernel", "form"]).rename(columns={"problem": "block"})
    once = once.merge(once[once["form"] == "c"], on=["block", "kernel"], suffixes=("", "_c"))
    once["ratio"] = once["time_median_ns"] / once["time_median_ns_c"]
    once["low"], once["high"] = ratio_interval(once, "_c")
    return [once.pivot(index=["block", "kernel"], columns="form", values=value) for value in ("ratio", "low", "high")]


def geometric_mean(rows, form):
    """Of the form's times over those of form c, over all blocks and kernels that have both, with its interval."""
    keys = ["problem", "kernel"]
    over, under = (rows[rows["form"] == name].drop_duplicates(keys).set_index(keys, drop=False) for name in (form, "c"))
    both = over.index.intersection(under.index)
    return geomean_ratio(over.loc[both].assign(kernel=form), under.loc[both])


def draw(table, low, high):
    blocks = sorted(table.index.get_level_values("block").unique(), key=natural)
    kernels = style.order(table.index.get_level_values("kernel").unique())
    forms = [form for form in ("a", "b") if form in table]
    figure, every = plots.grid(len(forms), columns=len(forms), height=1 + 0.3 * len(blocks))
    for axes, form in zip(every, forms):
        for kernel in kernels:
            colour, marker = style.look(kernel)
            for place, block in enumerate(reversed(blocks)):
                value = table[form].get((block, kernel), float("nan"))
                if value == value:
                    mark, = axes.plot(value, place, marker=marker, color=colour, linestyle="none")
                    plots.interval(axes, place, low[form][block, kernel], high[form][block, kernel], colour, vertical=False)
                    plots.tip(axes, mark, f"{block}, {kernel}: form {form} takes {number(value)} times as long as form c")
            axes.plot([], [], marker=marker, color=colour, linestyle="none", label=kernel)
        axes.axvline(1, color=style.INK, linewidth=1)
        plots.logarithmic(axes.xaxis)
        axes.set_yticks(range(len(blocks)), list(reversed(blocks)) if axes is every[0] else [""] * len(blocks), fontsize=7)
        axes.set(xlabel="time / time of form c", title=f"form {form}: {FORMS[form]}")
    every[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return Plot("forms", figure, "How many times as long the separate-path and concatenated forms of a block take as the grouped form.")


def section(run):
    rows = run.level("block")
    rows = rows[rows["form"].isin(list(FORMS))]
    setting, rows = main_setting(rows)
    table, low, high = ratios(rows) if len(rows) else (None, None, None)
    if table is None or table.empty or not {"a", "b"} & set(table.columns):
        return Section("forms", "One block in three forms", [Missing("forms a, b and c of a block", "`gconv-bench --level=block` times them.")])
    lines = [[kernel, *(number(geomean(group[form].dropna()), 3, "x") for form in ("a", "b") if form in table)]
             for kernel, group in table.groupby("kernel")]
    worst = table["a"].idxmax() if "a" in table else None
    text = f"The three forms compute the same function with the same weights and MACs: {setting_text(setting)}."
    if worst:
        text += (f" As {FORMS['a']} a block takes {said(*geometric_mean(rows, 'a'))} times as long as with a grouped convolution in the geometric"
                 f" mean over {table.index.get_level_values('block').nunique()} blocks and all kernels, {said(table['a'].max(), low['a'][worst], high['a'][worst])} times at worst ({worst[0]}, {worst[1]}).")
    return Section("forms", "One block in three forms", [Text(text), draw(table, low, high), Table(
        ["geometric mean", *(f"form {form} / form c" for form in ("a", "b") if form in table)], lines)])
