"""Training: does ResNeXt take the time of ResNet in a training step too, and what do the three forms of a block cost there?"""

from ..content import Heading, Section, Table, Text
from ..text import geomean, natural, number, plural
from . import blocks, networks
from .common import main_setting

NOTE = ("A step is forward, loss, both gradients, SGD and packing the new weights, in binary32; batch normalisation is folded into the bias, which the"
        " paper's training was not. A kernel that lacks a direction is replaced in it, and its plan says so.")


def ratio_table(ratios):
    return Table(["grouped / dense", "kernel", "batch", "threads", "time ratio", "paper, GPU training"],
                 [[f"{grouped} / {dense}", kernel, batch, threads, number(ratio), number(paper) if paper else "-"]
                  for grouped, dense, kernel, batch, threads, ratio, paper in ratios], texts=2)


def ratio_sentence(ratios):
    """Of the pairs that the paper has times of, each with the kernel that trains the grouped network fastest."""
    found = {}
    for grouped, dense, kernel, batch, threads, ratio, paper in ratios:
        if paper and (grouped, dense) not in found:
            found[grouped, dense] = (f"a training step of {grouped} takes {number(ratio)} times as long as one of {dense} with {kernel} (batch {batch},"
                                     f" {plural(threads, 'thread')}), on the paper's GPUs {number(paper)} times")
    text = "; ".join(found.values())
    return f"{text[0].upper()}{text[1:]}." if text else None


def speed_table(rows):
    rows = rows.sort_values(["threads", "batch", "problem", "time_median_ns"])
    return Table(["network", "kernel", "threads", "batch", "ms/step", "images/s", "GFLOP/s", "% of peak"],
                 [[row.problem, row.kernel, row.threads, row.batch, number(row.time_median_ns / 1e6), number(1e9 * row.batch / row.time_median_ns),
                   number(row.gflops), number(row.pct_peak)] for row in rows.itertuples()], texts=2)


def forms(rows):
    """What the forms of a block cost against the grouped one, kernel by kernel, or nothing."""
    rows = main_setting(rows[rows["form"].isin(list(blocks.FORMS))])[1]
    table = blocks.ratios(rows)[0] if len(rows) else None
    own = [form for form in ("a", "b") if table is not None and form in table]
    if not own:
        return []
    lines = [[kernel, *(number(geomean(group[form].dropna()), 3, "x") for form in own)] for kernel, group in table.groupby("kernel")]
    names = ", ".join(sorted(table.index.get_level_values("block").unique(), key=natural))
    return [Heading("One block in three forms, trained"), Text(f"Geometric means over {names}, of the time over that of form c."),
            Table(["kernel", *(f"form {form} / form c" for form in own)], lines)]


def section(run):
    trained, parts = run.level("network", training=True), run.level("block", training=True)
    if trained.empty and parts.empty:
        return None
    found = [Text(NOTE)]
    ratios = networks.network_ratios(run, training=True)
    sentence = ratio_sentence(ratios)
    if sentence:
        found.append(Text(sentence))
    if ratios:
        found.append(ratio_table(ratios))
    if len(trained):
        found.append(speed_table(trained))
    return Section("training", "Training", found + forms(parts))
