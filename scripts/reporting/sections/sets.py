"""Every layer, under the first set that has it: a line a layer, a column a kernel. What a set shares with one above is named, not repeated."""
# SPDX-License-Identifier: Apache-2.0

import numpy

from ..content import Section, Table, Text
from ..run import by_setting
from ..text import geomean, natural, number, plural, setting_text
from .common import YARDSTICKS, fastest, places


def line(label, rows, kernels):
    known = rows.set_index("kernel")["time_median_ns"]
    best, ties = fastest(rows)
    cells = [label] + [number(known.get(kernel, numpy.nan) / 1e3) for kernel in kernels]
    cells += [" ≈ ".join([best.kernel, *ties]), number(best.pct_peak), number(best.pct_roof)]
    return cells + [number(known.get(yardstick, numpy.nan) / best.time_median_ns, 3, "x") for yardstick in YARDSTICKS]


def table(rows, caption):
    kernels = rows.groupby("kernel")["time_median_ns"].apply(geomean).sort_values().index
    header = ["median time in us", *kernels, "fastest", "its % of peak", "of roof"] + [f"{y} / fastest" for y in YARDSTICKS]
    labels = sorted(rows["layer"].unique(), key=natural)
    lines = [line(label, rows[rows["layer"] == label].drop_duplicates("kernel"), kernels) for label in labels]
    return Table(header, lines, caption=caption, fold=True)


def shared(listed, where_else):
    """Which layers of a set stand above, and in which sets."""
    names = {row.problem: row.layer for row in listed.itertuples()}
    lines = [[name, where_else[problem]] for problem, name in sorted(names.items(), key=lambda item: natural(item[1]))]
    return Table(["layer listed above", "in the sets"], lines, texts=2, fold=True, caption=f"{plural(len(lines), 'layer')} of {listed['set'].iloc[0]} that an earlier set has")


def section(run):
    rows, blocks, seen = run.layers, [], set()
    where_else = places(rows)
    for name, in_set in rows.groupby("set", sort=False):
        again = in_set["problem"].isin(seen)
        seen |= set(in_set["problem"])
        blocks += [table(group, f"{name or 'problems'}: {setting_text(setting)}") for setting, group in by_setting(in_set[~again])]
        blocks += [shared(in_set[again], where_else)] if again.any() else []
    if not blocks:
        return None
    return Section("sets", "All layers", [Text("A layer that several sets have is measured once and listed once."), *blocks])
