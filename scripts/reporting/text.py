"""Numbers and names as the report writes them."""
# SPDX-License-Identifier: Apache-2.0

import re
import warnings

import numpy
import pandas

warnings.filterwarnings("ignore", message="Mean of empty slice")  # the median of nothing is NaN, which number() writes as "-"


def number(value, digits=3, unit=""):
    if pandas.isna(value):
        return "-"
    value = float(f"{value:.{digits}g}")  # 9.999 is 10.0, not 10.00
    if not numpy.isfinite(value):
        return str(value)
    decimals = max(0, digits - 1 - int(numpy.floor(numpy.log10(abs(value))))) if value else 0
    return f"{value:,.{decimals}f}{unit}"


def geomean(values):
    values = numpy.asarray(values, dtype=float)
    return float(numpy.exp(numpy.log(values).mean())) if len(values) else float("nan")


def plural(count, word):
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def natural(label):
    """A sorting key: 2x40d before 32x4d."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", str(label))]


def setting_text(setting):
    direction, layout, threads, cache, data = setting
    return f"{direction}, {layout} layout, {plural(threads, 'thread')}, {cache} caches" + (f", {data} data" if data != "real" else "")


def shape(row):
    """A layer in the words of the field: 128 -> 128, 3x3, 56x56, stride 2, 32 groups."""
    stride = f", stride {row.stride_h}" if row.stride_h != 1 else ""
    groups = f", {plural(row.groups, 'group')}" if row.groups != 1 else ""
    return f"{row.ic} → {row.oc}, {row.kh}x{row.kw}, {row.ih}x{row.iw}{stride}{groups}"


def ratio_interval(rows, base):
    """(low, high) of time over time: the widest that the confidence intervals of both allow, NaN where there are none. `base` is the
    suffix of the columns of the time below."""
    return rows["time_ci_lo_ns"] / rows[f"time_ci_hi_ns{base}"], rows["time_ci_hi_ns"] / rows[f"time_ci_lo_ns{base}"]
