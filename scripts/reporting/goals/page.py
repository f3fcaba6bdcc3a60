"""The verdicts, what they are made of, and every miss with what the bytes would have permitted."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Section, Table, Text
from ..text import geomean, number, plural, shape
from . import table
from .measured import RIVALS, SUBJECT

PLACE = ["isa", "threads"]


def roofed(rows, wanted):
    """Where the roof is so far below the peak that the goal cannot be reached."""
    return 100 * rows["pct_peak"] / rows["pct_roof"] < wanted


def share_line(goal, rows):
    """(line of the table, the rows that miss)"""
    own = rows[goal.takes(rows) & rows["pct_peak"].notna()]
    below = own[own["pct_peak"] < goal.wanted]
    impossible = roofed(below, goal.wanted)
    misses = below[~impossible]
    verdict = "nothing measured" if own.empty else "met" if misses.empty else f"missed by {len(misses)}"
    return [goal.name, f"{goal.wanted:.0f} %", len(own), number(own["pct_peak"].min()), number(own["pct_peak"].median()), len(below), int(impossible.sum()), verdict], below


def speed_line(goal, rows):
    own = rows[goal.takes(rows) & rows[goal.column].notna()]
    found = goal.figure(own[goal.column]) if len(own) else float("nan")
    met = found <= goal.wanted if goal.most else found >= goal.wanted
    verdict = "nothing measured" if own.empty else "met" if met else "missed"
    return [goal.name, f"{'at most ' if goal.most else ''}{goal.wanted:g}", len(own), number(found), verdict]


def parts(rows):
    """By set, direction and batch."""
    lines = []
    for (name, direction, batch), group in rows.explode("sets").dropna(subset=["ratio"]).groupby(["sets", "direction", "batch"]):
        ratios = group["ratio"]
        lines.append([name, direction, batch, len(ratios), number(geomean(ratios)), number(ratios.min()), int((ratios < table.EVEN).sum()),
                      number(group["pct_peak"].median())])
    return Table(["set", "direction", "batch", "layers", "geometric mean", "least", f"below {table.EVEN}", "median % of peak"], lines, texts=2,
                 caption=f"The best of {', '.join(RIVALS)} / {SUBJECT}, by set:")


def described(row):
    return [row.problem, shape(row), ", ".join(row.sets), row.direction, number(row.ratio), row.rival or "-", number(row.pct_peak), number(row.pct_roof), row.roof or "-",
            row.plan or "-"]


COLUMNS = ["problem", "layer", "sets", "direction", "ratio", "best rival", "% of peak", "% of roof", "roof", "plan"]


def listing(rows, caption):
    return Table(COLUMNS, [described(row) for row in rows.itertuples()], texts=4, tail=2, caption=caption)


def shares_table(isa, rows):
    """(the verdicts on shares of the peak, or None; [(goal, its line, the rows below it)])"""
    found = [(goal, *share_line(goal, rows)) for goal in table.SHARES.get(isa, [])]
    header = ["share of the peak", "goal", "layers", "least", "median", "below", "of them the roof forbids", ""]
    return Table(header, [line for _, line, _ in found], tail=1) if found else None, found


def judged(isa, rows):
    """(blocks, whether a goal is missed) of one instruction set and number of threads."""
    shares, found = shares_table(isa, rows)
    speeds = [speed_line(goal, rows) for goal in table.SPEEDS]
    blocks = [shares] if shares else []
    blocks += [Table(["ratio", "goal", "layers", "found", ""], speeds, tail=1), parts(rows)]
    for goal, _, below in found:
        if len(below):
            blocks.append(listing(below.sort_values("pct_peak"), f"{goal.name}, below {goal.wanted:.0f} % of peak:"))
    slow = rows[rows["ratio"].where(~rows["random"], rows["library_ratio"]) < table.EVEN].sort_values("ratio")
    blocks.append(listing(slow, f"{plural(len(slow), 'layer')} below {table.EVEN}:") if len(slow) else Text(f"No layer below {table.EVEN}."))
    return blocks, any(line[-1].startswith("missed") for line in [*speeds, *(line for _, line, _ in found)])


def sections(rows):
    """(sections, whether a goal is missed)"""
    found, missed = [], False
    for (isa, threads), group in rows.groupby(PLACE):
        blocks, fails = judged(isa, group)
        missed |= fails
        found.append(Section(f"{isa}-t{threads}", f"{isa}, {plural(threads, 'thread')}", blocks))
    return found, missed
