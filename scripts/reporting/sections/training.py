"""Training: does ResNeXt take the time of ResNet in a training step too, and what do the three forms of a block cost there?"""
# SPDX-License-Identifier: Apache-2.0

from ..content import Heading, Section, Table, Text
from ..intervals import said, too_few
from ..text import geomean, natural, number, setting_text
from . import blocks, networks
from .common import main_setting

NOTE = ("A step is forward, loss, both gradients, SGD and packing the new weights, in binary32; batch normalisation is folded into the bias, which the"
        " paper's training was not. A kernel that lacks a direction is replaced in it, and its plan says so.")


def ratio_sentence(pairs):
    """Of the pairs that the paper has times of, each with the kernel that trains the grouped network fastest; no claim without repetitions."""
    found = []
    for pair in networks.headlines(pairs):
        why = too_few(pair.repetitions)
        if pair.paper:
            found.append(f"**A training step of {pair.grouped}** against one of {pair.dense}: " + (f"{why} ({pair.way})." if why else (
                f"{said(*pair.figure)} times as long with {pair.kernel} ({pair.way}), on the paper's GPUs {number(pair.paper)} times.")))
    return " ".join(found) or None


def speed_table(rows):
    rows = rows.sort_values(["threads", "batch", "problem", "time_median_ns"])
    return Table(["network", "kernel", "threads", "batch", "ms/step", "images/s", "GFLOP/s", "% of peak"],
                 [[row.problem, row.kernel, row.threads, row.batch, number(row.time_median_ns / 1e6), number(1e9 * row.batch / row.time_median_ns),
                   number(row.gflops), number(row.pct_peak)] for row in rows.itertuples()], texts=2)


def forms(rows):
    """What the forms of a block cost against the grouped one, kernel by kernel, or nothing."""
    setting, rows = main_setting(rows[rows["form"].isin(list(blocks.FORMS))])
    table = blocks.ratios(rows)[0] if len(rows) else None
    own = [form for form in ("a", "b") if table is not None and form in table]
    if not own:
        return []
    lines = [[kernel, *(number(geomean(group[form].dropna()), 3, "x") for form in own)] for kernel, group in table.groupby("kernel")]
    names = ", ".join(sorted(table.index.get_level_values("block").unique(), key=natural))
    return [Heading("One block in three forms, trained"), Text(f"Geometric means over {names}, of the time over that of form c: {setting_text(setting)}."),
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
        found.append(networks.ratio_table(ratios))
    if len(trained):
        found.append(speed_table(trained))
    return Section("training", "Training", found + forms(parts))
