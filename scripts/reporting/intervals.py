"""How well the repetitions of a run know its figures.

A median has the 95 % interval of its order statistics (gconv-bench writes it; there is none for less than six repetitions). A ratio of two
medians has the widest interval that both allow. A geometric mean of ratios has that of a bootstrap: the repetitions of each measurement are
drawn anew, with replacement, and 95 % of the means that they give lie inside. All of it is about this run: what another one on the same
machine would add is not in it.
"""
# SPDX-License-Identifier: Apache-2.0

import numpy
import pandas

from .text import geomean, number

METHOD = ("Intervals in brackets are 95 %: of a median by order statistics, of a ratio the widest that those of both medians allow, of a geometric"
          " mean by a bootstrap over the repetitions. They hold within this run.")
ENOUGH = 7  # repetitions of a network, for a claim about it
FEWEST = 6  # repetitions that have an interval of order statistics
DRAWS = 400
SEED = 20011  # equal files, equal reports


def said(value, low=float("nan"), high=float("nan")):
    """The figure and what it may be as well."""
    return f"{number(value)} ({number(low)} to {number(high)})" if low == low and high == high else f"{number(value)} (no interval)"


def ratio(over, under):
    """(value, low, high) of the times of two measurements."""
    return (over["time_median_ns"] / under["time_median_ns"], over["time_ci_lo_ns"] / under["time_ci_hi_ns"],
            over["time_ci_hi_ns"] / under["time_ci_lo_ns"])


def too_few(repetitions):
    """Why nothing can be said, or None where there are enough."""
    if repetitions >= ENOUGH:
        return None
    return f"not enough repetitions ({repetitions:.0f}) to say" if repetitions > 0 else "the file does not say how many repetitions: no claim"


def _draws(texts, random):
    """The logarithms of medians of repetitions drawn anew, a line a measurement; None if one has too few."""
    lines = []
    for text in texts:
        values = pandas.to_numeric(pandas.Series(str(text or "").split(";")), errors="coerce").to_numpy()
        if len(values) < FEWEST or not (values > 0).all():
            return None
        lines.append(numpy.log(numpy.median(random.choice(values, (DRAWS, len(values))), axis=1)))
    return numpy.array(lines)


def geomean_ratio(over, under):
    """(value, low, high) of the geometric mean of the times of `over` divided by those of `under`, line by line. What both share, as the
    fastest kernel that is itself the yardstick, is 1 in every draw."""
    value = geomean(over["time_median_ns"].to_numpy() / under["time_median_ns"].to_numpy())
    if over.empty:
        return value, value, value
    random = numpy.random.default_rng(SEED)
    other = (over["kernel"].to_numpy() != under["kernel"].to_numpy())
    if not other.any():
        return value, value, value
    above, below = _draws(over["time_reps_ns"][other], random), _draws(under["time_reps_ns"][other], random)
    if above is None or below is None:
        return value, float("nan"), float("nan")
    means = numpy.exp((above - below).sum(axis=0) / len(over))
    return value, *numpy.quantile(means, [0.025, 0.975])


def carried(rows):
    """Without the measurements that have too few repetitions for an interval; where the file does not know any, all of them."""
    known = rows["repetitions"] > 0
    return rows[~known | (rows["repetitions"] >= FEWEST)]
