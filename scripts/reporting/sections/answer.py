"""The answer first: how far the run can be trusted, which kernel wins where, by how much, and the headline ratios with their intervals."""
# SPDX-License-Identifier: Apache-2.0

import numpy

from ..content import Heading, Section, Table, Text
from ..intervals import FEWEST, carried, geomean_ratio, ratio, said
from ..run import by_setting
from ..text import natural, number, plural, setting_text, shape
from . import claims, picture, savings, totals, trust
from .common import YARDSTICKS, fastest, main_setting, once, places, plain
from .networks import ratio_sentences


def where(run):
    cpu = run.environment.get("cpu", {})
    machine = f"{cpu.get('model', 'an unknown CPU')}, {cpu.get('cpus_usable', '?')} CPUs"
    machine += ", a virtual machine" if cpu.get("virtual_machine") else ""
    peaks = run.ok.groupby("threads")["peak_gflops"].max().dropna()
    peak = ", ".join(f"{number(gflops)} GFLOP/s on {plural(threads, 'thread')}" for threads, gflops in peaks.items())
    return f"Measured on: {machine}." + (f" Peak, as measured by a multiply-add probe in the same run: {peak}." if peak else "")


FACTS = [("processor", "cpu", ["model", "family_number", "model_number", "isas"]), ("caches", "caches", ["l1d_bytes", "l2_bytes", "l3_bytes"]),
         ("CPUs", "cpu", ["cpus_usable", "cores_usable", "virtual_machine", "governor"]),
         ("system", "system", ["distribution", "kernel"]), ("build", "build", ["commit", "dirty", "compiler", "flags"]),
         ("oneDNN", "libraries", ["onednn"]), ("SGEMM", "libraries", ["blas"]), ("threads", "openmp", ["max_threads", "proc_bind"]),
         ("begun", "run", ["started"]), ("command", "run", ["command"])]


def made(run):
    """How the run was made, in a few lines; all facts are in the section on the environment."""
    lines = []
    for name, part, keys in FACTS:
        entries = run.environment.get(part) or {}
        words = [f"{key.replace('_number', '').replace('_', ' ')} {entries[key]}" if len(keys) > 1 else str(entries[key])
                 for key in keys if entries.get(key) not in (None, "")]
        lines += [[name, ", ".join(words)]] if words else []
    return Table(["fact", "value"], lines, texts=2) if lines else None


def narrow_groups(rows):
    """The layer that libraries do worst: four channels in, four out."""
    found = rows[(rows["icg"] == 4) & (rows["ocg"] == 4) & (rows["groups"] > 1)]
    for _, group in found.groupby("problem", sort=False):
        best = fastest(group)[0]
        known = group.set_index("kernel")
        ratios = [f"{said(*ratio(known.loc[y], best))} times as fast as {y}" for y in YARDSTICKS if y in known.index and y != best.kernel]
        if ratios:
            return (f"**Four channels a group** ({shape(best)}): {best.kernel} is {' and '.join(ratios)}, at {number(best.pct_peak)} % of"
                    " the processor's peak.")
    return None


def built(rows):
    """What the build of naive_split makes of its ratios, as the rows say: it is plain C, and a compiler may be told to use no vectors."""
    naive = rows.loc[rows["kernel"] == "naive_split", "isa"]
    others = rows.loc[~rows["kernel"].str.startswith("naive_split"), "isa"]
    isas = sorted(set(naive) - {""})
    if not isas:
        return None
    text = f"naive_split is plain C, built as {' and '.join(isas)} here"
    if isas == ["scalar"] and others.isin(["avx2", "avx512"]).any():
        return f"{text}, while others use wider vectors: its ratios hold the method and the instruction set."
    return f"{text}."


def headline(rows):
    """Over the problems whose repetitions carry it."""
    every, rows = len(rows), carried(rows)
    few = f" Left out: {plural(every - len(rows), 'figure')} of fewer than {FEWEST} repetitions." if len(rows) < every else ""
    if rows.empty:
        return None
    best = rows.loc[rows.groupby("problem")["time_median_ns"].idxmin()].set_index("problem", drop=False)
    ratios = []
    for yardstick in YARDSTICKS:
        over = rows[rows["kernel"] == yardstick]
        if len(over):
            figure = geomean_ratio(over, best.loc[over["problem"]])
            ratios.append(f"{said(*figure)} times as fast as {yardstick} ({plural(len(over), 'problem')})")
    return f"In the geometric mean the fastest kernel of each problem is {' and '.join(ratios)}.{few}" if ratios else None


def winners(rows, where_else):
    """One line a layer: who wins, how near the peak, how far ahead of the yardsticks."""
    lines = []
    for label in sorted(rows["layer"].unique(), key=natural):
        group = rows[rows["layer"] == label]
        best, ties = fastest(group)
        known = group.set_index("kernel")["time_median_ns"]
        lines.append([label, shape(best), " ≈ ".join([best.kernel, *ties]), number(best.time_median_ns / 1e3), number(best.pct_peak), number(best.pct_roof),
                      *(number(known.get(y, numpy.nan) / best.time_median_ns, 3, "x") for y in YARDSTICKS), where_else.get(best.problem, best.set or "-")])
    return Table(["layer", "shape", "fastest", "median, us", "% of peak", "% of roof"] + [f"{y} / fastest" for y in YARDSTICKS] + ["in the sets"], lines, texts=3, tail=1)


SHOWN = 15  # lines of a table that stands open


def opening(rows):
    """The layers of the first small sets, as many as can be read at a glance."""
    sets, count = [], 0
    if rows["layer"].nunique() <= SHOWN:
        return rows
    for name, group in rows.groupby("set", sort=False):
        if count + group["layer"].nunique() <= SHOWN:
            count += group["layer"].nunique()
            sets.append(name)
    return rows[rows["set"].isin(sets)]


def tables(group, setting, where_else):
    """Who wins where: all layers if they are few, otherwise the first sets, and all of them behind a caption."""
    whole = winners(group, where_else)
    if len(whole.rows) <= SHOWN:
        return [whole]
    first = opening(group)
    whole.fold, whole.caption = True, f"Fastest kernel of all {plural(len(whole.rows), 'layer')}: {setting_text(setting)}"
    return [winners(first, where_else), whole] if len(first) else [whole]


def section(run):
    blocks = [Text(where(run))] + [Text(problem) for problem in run.problems]
    if run.ok.empty:
        return Section("answer", "The answer", blocks + [Text("Nothing was measured.")])
    layers = plain(run.layers)
    main, rows = main_setting(layers)
    sentences = [trust.warnings(run), trust.noise(run), narrow_groups(once(rows)), built(rows), savings.founding(rows), *ratio_sentences(run),
                 claims.verdicts(run)]
    blocks += [Text(sentence) for sentence in sentences if sentence]
    where_else = places(layers)
    shown = opening(once(rows)) if len(rows) else rows
    blocks += [picture.draw(shown, main)] if len(shown) else []
    for setting, group in by_setting(layers):
        group = once(group)
        sentence = headline(group)
        blocks += [Heading(setting_text(setting)), *([Text(sentence)] if sentence else []), *tables(group, setting, where_else)]
    blocks += totals.blocks(layers)
    facts = made(run)
    blocks += [Heading("How the run was made"), facts] if facts else []
    return Section("answer", "The answer", blocks)
