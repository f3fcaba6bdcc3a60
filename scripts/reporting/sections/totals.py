"""What training a layer takes: forward and both gradients added up, by each kernel that has all three, and with the best for each."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Heading, Table, Text
from ..run import SETTING
from ..text import natural, number, plural
from .common import YARDSTICKS, once

DIRECTIONS = ["fwd", "bwd_d", "bwd_w"]
REST = [column for column in SETTING if column != "direction"]
SHOWN = 15  # lines of a table that stands open


def sums(rows):
    """A line a problem and kernel: the three times, and their sum where there are all."""
    rows = rows.drop_duplicates(["problem", "kernel", "direction"])
    table = rows.pivot(index=["problem", "kernel"], columns="direction", values="time_median_ns")
    if not set(DIRECTIONS) <= set(table.columns):
        return None
    table = table[DIRECTIONS].dropna()
    return table.assign(total=table.sum(axis=1)) if len(table) else None


def lines(rows, table):
    names = once(rows).drop_duplicates("problem").set_index("problem")["layer"]
    found = []
    for problem in sorted(table.index.get_level_values("problem").unique(), key=lambda p: natural(names[p])):
        own = table.loc[problem].sort_values("total")
        each = rows[rows["problem"] == problem].groupby("direction")["time_median_ns"].min()
        first = own.iloc[0]
        found.append([names[problem], own.index[0], *(number(first[name] / 1e3) for name in [*DIRECTIONS, "total"]),
                      number(sum(each[name] for name in DIRECTIONS) / 1e3),
                      *(number(own["total"].get(y, float("nan")) / first["total"], 3, "x") for y in YARDSTICKS)])
    return found


def blocks(rows):
    """For each layout, number of threads and so on that was measured in all directions: a heading, a sentence and a table."""
    found = []
    for setting, group in rows.groupby(REST):
        table = sums(group)
        if table is not None:
            layout, threads, cache, _ = setting
            body = lines(group, table)
            found += [Heading(f"training: fwd + bwd_d + bwd_w, {layout} layout, {plural(threads, 'thread')}, {cache} caches"),
                      Text("A training step of a layer: the sum of its three medians, in us. The last total takes the fastest kernel for each direction."),
                      Table(["layer", "fastest in sum", *DIRECTIONS, "total", "best of each"] + [f"{y} / fastest" for y in YARDSTICKS], body, texts=2,
                            fold=len(body) > SHOWN, caption=f"Training totals of {plural(len(body), 'layer')}" if len(body) > SHOWN else None)]
    return found
