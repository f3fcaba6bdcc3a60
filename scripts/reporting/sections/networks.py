"""Whole networks: does ResNeXt take the time of ResNet at equal FLOPs? And where the difference arises, layer by layer."""

import re

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..text import natural, number, plural
from .common import main_setting

# (grouped, dense, what the paper measured on GPUs in training, seconds a mini-batch: section 5.1 and the text on Torch's speed)
PAIRS = [("resnext50_32x4d", "resnet50", None), ("resnext101_32x4d", "resnet101", 0.95 / 0.70), ("resnext101_64x4d", "resnet101", 1.7 / 0.70)]
SHORT = {"resnext50": "resnext50_32x4d"}
TOTAL, MORE, LESS = style.BLOCKS[5], style.BLOCKS[1], style.BLOCKS[2]
LAYER = re.compile(r"^(?P<net>[^:]+):(?P<layer>.+)$")


def network_ratios(run, training=False):
    """[(grouped, dense, kernel, batch, threads, ratio, paper)] for the pairs that this run timed as wholes."""
    rows = run.level("network", training)
    if rows.empty:
        return []
    rows = rows.drop_duplicates(["problem", "kernel", "batch", "threads", "layout"])
    table = rows.pivot_table(index=["kernel", "batch", "threads"], columns="problem", values="time_median_ns")
    table.columns = [SHORT.get(name, name) for name in table.columns]
    found = []
    for grouped, dense, paper in PAIRS:
        if grouped in table and dense in table:
            both = table[[grouped, dense]].dropna().sort_values(grouped)  # the fastest first
            found += [(grouped, dense, *index, ratio, paper) for index, ratio in (both[grouped] / both[dense]).items()]
    return found


def ratio_sentences(run):
    """For the answer: each pair with the kernel that runs the grouped network fastest."""
    sentences = []
    ratios = network_ratios(run)
    for grouped, dense, paper in PAIRS:
        own = [r for r in ratios if r[:2] == (grouped, dense) and r[4] == min(q[4] for q in ratios)]
        if own:
            best = own[0]
            trained = f"; the paper's training on GPUs took {number(paper)}" if paper else ""
            sentences.append(f"**{grouped} against {dense}**, end to end: {number(best[5])} of the time with {best[2]}"
                             f" (batch {best[3]}, {plural(best[4], 'thread')}){trained}.")
    return sentences


def layer_times(run):
    """ms of each layer role in both networks, with the fastest kernel for each layer: from the sets of the two networks' layers."""
    rows = main_setting(run.layers)[1].copy()
    parts = rows["layer"].str.extract(LAYER)
    rows["net"], rows["role"] = parts["net"], parts["layer"].str.extract(r"^(conv\d|fc)", expand=False) + " " + parts["layer"].str.extract(
        r"\.([a-z+]+)$", expand=False).fillna("").str.replace("c+proj", "c", regex=False)
    rows = rows[rows["net"].isin(["resnet50", "resnext50"])].dropna(subset=["role"])
    best = rows.loc[rows.groupby(["net", "problem", "layer"])["time_median_ns"].idxmin()]
    best = best.assign(ms=best["time_median_ns"] * best["multiplicity"] / 1e6)
    return best.pivot_table(index="role", columns="net", values="ms", aggfunc="sum").fillna(0)


def waterfall(table):
    """From the one network's time to the other's, a step for each role."""
    steps = (table["resnext50"] - table["resnet50"]).sort_index(key=lambda index: [natural(i) for i in index])
    figure, (axes,) = plots.grid(1, columns=1, height=4)
    level = table["resnet50"].sum()
    axes.bar(0, level, color=TOTAL)
    for place, (role, step) in enumerate(steps.items(), 1):
        bar, = axes.bar(place, step, bottom=level, color=MORE if step > 0 else LESS)
        axes.plot([place - 1.4, place + 0.4], [level, level], color=style.INK, linewidth=0.6)
        plots.tip(axes, bar, f"{role}: {number(step)} ms")
        axes.text(place, max(level, level + step), f"{step:+.2g}", ha="center", va="bottom", fontsize=7)
        level += step
    axes.bar(len(steps) + 1, level, color=TOTAL)
    for place, total in ((0, table["resnet50"].sum()), (len(steps) + 1, level)):
        axes.text(place, total, number(total), ha="center", va="bottom", fontsize=8)
    axes.set_ylim(0, 1.04 * axes.get_ylim()[1])
    axes.set_xticks(range(len(steps) + 2), ["ResNet-50", *steps.index, "ResNeXt-50"], rotation=45, ha="right", fontsize=7)
    axes.set_ylabel("ms for all convolutions")
    axes.grid(False, axis="x")
    plots.legend_above(figure, plots.patches([TOTAL, MORE, LESS]), ["sum of all convolutions", "ResNeXt-50 takes longer", "ResNeXt-50 takes less"])
    return Plot("waterfall", figure, "From the convolution time of ResNet-50 to that of ResNeXt-50, a step for each kind of layer.")


def section(run):
    blocks = []
    ratios = network_ratios(run)
    if ratios:
        blocks += [Text(sentence) for sentence in ratio_sentences(run)]
        blocks.append(Table(["grouped / dense", "kernel", "batch", "threads", "time ratio", "paper, GPU training"],
                            [[f"{g} / {d}", kernel, batch, threads, number(ratio), number(paper) if paper else "-"]
                             for g, d, kernel, batch, threads, ratio, paper in ratios], texts=2))
    else:
        blocks.append(Missing("end-to-end ratios", "`gconv-bench --level=network` runs whole networks."))
    table = layer_times(run)
    if {"resnet50", "resnext50"} <= set(table.columns):
        total = table.sum()
        worst = (table["resnext50"] - table["resnet50"]).idxmax()
        blocks += [Text(f"Summed over its convolutions with the fastest kernel each, ResNeXt-50 takes {number(total['resnext50'])} ms and ResNet-50"
                        f" {number(total['resnet50'])} ms, {number(total['resnext50'] / total['resnet50'])} times as long; most is added by {worst}."),
                   waterfall(table)]
    else:
        blocks.append(Missing("the waterfall from ResNet-50 to ResNeXt-50", "It needs the layers of both: `--problems=resnet50,resnext50`."))
    return Section("networks", "Whole networks", blocks)
