"""Whole networks: does ResNeXt take the time of ResNet at equal FLOPs? And where the difference arises, layer by layer."""
# SPDX-License-Identifier: Apache-2.0

import re
from dataclasses import dataclass
from typing import Optional

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..intervals import ratio, said, too_few
from ..text import natural, number, plural
from .common import main_setting

# (grouped, dense, what the paper measured on GPUs in training, seconds a mini-batch: section 5.1 and the text on Torch's speed)
PAIRS = [("resnext50_32x4d", "resnet50", None), ("resnext101_32x4d", "resnet101", 0.95 / 0.70), ("resnext101_64x4d", "resnet101", 1.7 / 0.70)]
SHORT = {"resnext50": "resnext50_32x4d"}
TOTAL, MORE, LESS = style.BLOCKS[5], style.BLOCKS[1], style.BLOCKS[2]
LAYER = re.compile(r"^(?P<net>[^:]+):(?P<layer>.+)$")


@dataclass
class Pair:
    """A grouped network against its dense one, both run by a kernel in one way."""

    grouped: str
    dense: str
    kernel: str
    batch: int
    threads: int
    repetitions: float  # of that of the two which has fewer
    figure: tuple  # time over time, and its interval
    paper: Optional[float]

    @property
    def way(self):
        return f"batch {self.batch}, {plural(self.threads, 'thread')}"


def network_ratios(run, training=False):
    """The pairs that this run timed as wholes, the fastest kernel first."""
    rows = run.level("network", training)
    rows = rows.assign(net=rows["problem"].replace(SHORT)).drop_duplicates(["net", "kernel", "batch", "threads"])
    found = []
    for grouped, dense, paper in PAIRS:
        both = rows[rows["net"] == grouped].merge(rows[rows["net"] == dense], on=["kernel", "batch", "threads"], suffixes=("", "_dense"))
        for _, row in both.sort_values("time_median_ns").iterrows():
            under = {name: row[f"{name}_dense"] for name in ("time_median_ns", "time_ci_lo_ns", "time_ci_hi_ns")}
            found.append(Pair(grouped, dense, row["kernel"], row["batch"], row["threads"], min(row["repetitions"], row["repetitions_dense"]),
                              ratio(row, under), paper))
    return found


def headlines(pairs):
    """Of each pair of networks, that on the fewest threads with the kernel that runs the grouped one fastest."""
    for grouped, dense, _ in PAIRS:
        own = [pair for pair in pairs if (pair.grouped, pair.dense) == (grouped, dense) and pair.threads == min(other.threads for other in pairs)]
        yield from own[:1]


def ratio_sentences(run):
    """For the answer: a claim where the repetitions carry one."""
    sentences = []
    for best in headlines(network_ratios(run)):
        trained = f"; the paper's training on GPUs took {number(best.paper)}" if best.paper else ""
        why = too_few(best.repetitions)
        sentences.append(f"**{best.grouped} against {best.dense}**, end to end: " + (
            f"{why} ({best.way})." if why else f"{said(*best.figure)} of the time with {best.kernel} ({best.way}){trained}."))
    return sentences


def ratio_table(pairs):
    """A figure only where there are enough repetitions."""
    return Table(["grouped / dense", "kernel", "batch", "threads", "repetitions", "time ratio", "95 %, low", "high", "paper, GPU training"],
                 [[f"{p.grouped} / {p.dense}", p.kernel, p.batch, p.threads, f"{p.repetitions:.0f}",
                   *(["-"] * 3 if too_few(p.repetitions) else map(number, p.figure)), number(p.paper) if p.paper else "-"] for p in pairs], texts=2)


def layer_times(run):
    """The layers of both networks, each by its fastest kernel, with role and ms for all its occurrences: from the sets of their layers."""
    rows = main_setting(run.layers)[1].copy()
    parts = rows["layer"].str.extract(LAYER)
    rows["net"], rows["role"] = parts["net"], parts["layer"].str.extract(r"^(conv\d|fc)", expand=False) + " " + parts["layer"].str.extract(
        r"\.([a-z+]+)$", expand=False).fillna("").str.replace("c+proj", "c", regex=False)
    rows = rows[rows["net"].isin(["resnet50", "resnext50"])].dropna(subset=["role"])
    best = rows.loc[rows.groupby(["net", "problem", "layer"])["time_median_ns"].idxmin()]
    return best.assign(ms=best["time_median_ns"] * best["multiplicity"] / 1e6)


def sums(best):
    return best.pivot_table(index="role", columns="net", values="ms", aggfunc="sum").fillna(0)


def total_ratio(best):
    """(value, low, high) of ResNeXt-50's sum over ResNet-50's: the widest that the intervals of all layers allow."""
    def total(net, column):
        own = best[best["net"] == net]
        return (own[column] * own["multiplicity"]).sum(skipna=False)

    return ratio(*({name: total(net, name) for name in ("time_median_ns", "time_ci_lo_ns", "time_ci_hi_ns")} for net in ("resnext50", "resnet50")))


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
        blocks.append(ratio_table(ratios))
    else:
        blocks.append(Missing("end-to-end ratios", "`gconv-bench --level=network` runs whole networks."))
    layers = layer_times(run)
    table = sums(layers)
    if {"resnet50", "resnext50"} <= set(table.columns):
        total = table.sum()
        worst = (table["resnext50"] - table["resnet50"]).idxmax()
        blocks += [Text(f"Summed over its convolutions with the fastest kernel each, ResNeXt-50 takes {number(total['resnext50'])} ms and ResNet-50"
                        f" {number(total['resnet50'])} ms, {said(*total_ratio(layers))} times as long; most is added by {worst}."),
                   waterfall(table)]
    else:
        blocks.append(Missing("the waterfall from ResNet-50 to ResNeXt-50", "It needs the layers of both: `--problems=resnet50,resnext50`."))
    return Section("networks", "Whole networks", blocks)
