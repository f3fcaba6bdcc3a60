"""Every layer of every set: a line a layer, a column a kernel."""

import numpy

from ..content import Section, Table
from ..run import SETTING
from ..text import geomean, natural, number, setting_text
from .common import YARDSTICKS, fastest


def line(label, rows, kernels):
    known = rows.set_index("kernel")["time_median_ns"]
    best, ties = fastest(rows)
    cells = [label] + [number(known.get(kernel, numpy.nan) / 1e3) for kernel in kernels]
    cells += [" ≈ ".join([best.kernel, *ties]), number(best.pct_peak)]
    return cells + [number(known.get(yardstick, numpy.nan) / best.time_median_ns, 3, "x") for yardstick in YARDSTICKS]


def table(rows, caption):
    kernels = rows.groupby("kernel")["time_median_ns"].apply(geomean).sort_values().index
    header = ["median time in us", *kernels, "fastest", "its % of peak"] + [f"{y} / fastest" for y in YARDSTICKS]
    labels = sorted(rows["layer"].unique(), key=natural)
    lines = [line(label, rows[rows["layer"] == label].drop_duplicates("kernel"), kernels) for label in labels]
    return Table(header, lines, caption=caption, fold=True)


def section(run):
    blocks = []
    for name, in_set in run.layers.groupby("set", sort=False):
        blocks += [table(group, f"{name or 'problems'}: {setting_text(setting)}") for setting, group in in_set.groupby(SETTING)]
    return Section("sets", "All layers", blocks) if blocks else None
