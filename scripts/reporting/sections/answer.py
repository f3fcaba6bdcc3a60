"""The answer first: which kernel wins where, by how much, the headline ratios, and how far the run can be trusted."""

import numpy

from ..content import Heading, Section, Table, Text
from ..run import SETTING
from ..text import geomean, natural, number, plural, setting_text, shape
from . import claims, savings
from .common import YARDSTICKS, fastest, main_setting, once, plain, times
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


def noise(ok):
    measured = ok.dropna(subset=["time_cv"])
    if measured.empty:
        return "The file has no scatter of the repetitions: how noisy the run was is not known."
    middle, worst = measured["time_cv"].median(), measured.loc[measured["time_cv"].idxmax()]
    busy = " **Above 5 %, other work was running: conclude nothing from this run.**" if middle > 0.05 else ""
    least, most = ok["repetitions"].min(), ok["repetitions"].max()
    count = f"{least:.0f}" if least == most else f"{least:.0f} to {most:.0f}"
    marked = f" {(ok['marks'] != '').sum()} of {len(ok)} figures are marked as disturbed." if (ok["marks"] != "").any() else ""
    return (f"Each figure is the median of {count} repetitions, interleaved with"
            f" those of the other kernels. The coefficient of variation is at most {number(100 * middle, 2)} % for half of the figures and"
            f" {number(100 * worst.time_cv, 2)} % for the worst ({worst.kernel}, {worst.layer},"
            f" {plural(worst.threads, 'thread')}).{busy}{marked} Kernels joined by ≈ were not told apart: the slower one's best repetition is no"
            " slower than the faster one's median.")


def narrow_groups(rows):
    """The layer that libraries do worst: four channels in, four out."""
    found = rows[(rows["icg"] == 4) & (rows["ocg"] == 4) & (rows["groups"] > 1)]
    for problem, group in found.groupby("problem", sort=False):
        best = fastest(group)[0]
        known = group.set_index("kernel")["time_median_ns"]
        ratios = [f"{number(known[y] / best.time_median_ns)} times as fast as {y}" for y in YARDSTICKS if y in known and y != best.kernel]
        if ratios:
            return (f"**Four channels a group** ({shape(best)}): {best.kernel} is {' and '.join(ratios)}, at {number(best.pct_peak)} % of"
                    " the processor's peak.")
    return None


def headline(rows):
    table = times(rows)
    best = table.min(axis=1)
    ratios = [f"{number(geomean((table[y] / best).dropna()))} times as fast as {y} ({plural(table[y].count(), 'problem')})"
              for y in YARDSTICKS if y in table]
    return f"In the geometric mean the fastest kernel of each problem is {' and '.join(ratios)}." if ratios else None


def winners(rows):
    """One line a layer: who wins, how near the peak, how far ahead of the yardsticks."""
    lines = []
    for label in sorted(rows["layer"].unique(), key=natural):
        group = rows[rows["layer"] == label]
        best, ties = fastest(group)
        known = group.set_index("kernel")["time_median_ns"]
        lines.append([label, shape(best), " ≈ ".join([best.kernel, *ties]), number(best.time_median_ns / 1e3), number(best.pct_peak),
                      *(number(known.get(y, numpy.nan) / best.time_median_ns, 3, "x") for y in YARDSTICKS)])
    return Table(["layer", "shape", "fastest", "median, us", "% of peak"] + [f"{y} / fastest" for y in YARDSTICKS], lines, texts=3)


SHOWN = 15  # lines of a table that stands open


def opening(rows):
    """The layers of the first small sets, as many as can be read at a glance."""
    sets, count = [], 0
    for name, group in rows.groupby("set", sort=False):
        if count + group["layer"].nunique() <= SHOWN:
            count += group["layer"].nunique()
            sets.append(name)
    return rows[rows["set"].isin(sets)]


def tables(group, setting):
    """Who wins where: all layers if they are few, otherwise the first sets, and all of them behind a caption."""
    whole = winners(group)
    if len(whole.rows) <= SHOWN:
        return [whole]
    first = opening(group)
    whole.fold, whole.caption = True, f"Fastest kernel of all {plural(len(whole.rows), 'layer')}: {setting_text(setting)}"
    return [winners(first), whole] if len(first) else [whole]


def section(run):
    blocks = [Text(where(run))] + [Text(problem) for problem in run.problems]
    if run.ok.empty:
        return Section("answer", "The answer", blocks + [Text("Nothing was measured.")])
    layers = plain(run.layers)
    _, rows = main_setting(layers)
    sentences = [narrow_groups(once(rows)), savings.founding(rows), *ratio_sentences(run), claims.verdicts(run), noise(run.ok)]
    blocks += [Text(sentence) for sentence in sentences if sentence]
    for setting, group in layers.groupby(SETTING):
        group = once(group)
        sentence = headline(group)
        blocks += [Heading(setting_text(setting)), *([Text(sentence)] if sentence else []), *tables(group, setting)]
    facts = made(run)
    blocks += [Heading("How the run was made"), facts] if facts else []
    return Section("answer", "The answer", blocks)
