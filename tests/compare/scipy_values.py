#!/usr/bin/python3
"""scipy_values.py [--check] - scipy's answers to what the suite computes itself, so that tests need no scipy.

Writes scipy.json beside itself: samples as scripts/compare gets them, few and many, with ties and without, each with the p-value of
scipy.stats.mannwhitneyu (two-sided, exact without
ties up to 30 values a side, else asymptotic); and the ranks of the order statistics that bound a median with 95 % confidence, from scipy.stats.binom.
--check: exit status 1 if the file is not what this scipy says. Needs the Debian package python3-scipy.
"""
# SPDX-License-Identifier: Apache-2.0

import json
import random
import sys
from pathlib import Path

import scipy
from scipy.stats import binom, mannwhitneyu

TARGET = Path(__file__).with_name("scipy.json")
EXACT_LIMIT = 30
SIZES = [(3, 3), (4, 6), (6, 7), (9, 9), (9, 12), (18, 27), (30, 30), (31, 12), (40, 35)]
SHIFTS = [0, 0.03, 0.1]
DIGITS = [2, 6]  # few digits: ties
RANKS = [6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 18, 20, 25, 27, 30, 36, 45, 51, 81, 100, 101, 200, 1000, 10000]


def draw(source, count, scale, digits):
    """Times of a benchmark: log-normal, as many interruptions of different length make them."""
    return [round(scale * source.lognormvariate(0, 0.05), digits) for _ in range(count)]


def pairs():
    source = random.Random(20)
    for n, m in SIZES:
        for shift in SHIFTS:
            for digits in DIGITS:
                a, b = draw(source, n, 1, digits), draw(source, m, 1 + shift, digits)
                ties = len({*a, *b}) < n + m
                method = "asymptotic" if ties or max(n, m) > EXACT_LIMIT else "exact"
                yield {"a": a, "b": b, "method": method, "p": float(mannwhitneyu(a, b, alternative="two-sided", method=method).pvalue)}


def main():
    values = {"scipy": scipy.__version__, "median_rank": {str(n): int(binom.ppf(0.025, n, 0.5)) - 1 for n in RANKS},
              "mann_whitney": list(pairs())}
    if "--check" in sys.argv[1:]:
        stored = json.loads(TARGET.read_text(encoding="utf-8"))
        return int({**stored, "scipy": None} != {**values, "scipy": None})
    lines = ",\n  ".join(json.dumps(pair) for pair in values.pop("mann_whitney"))
    TARGET.write_text(json.dumps(values)[:-1] + f',\n "mann_whitney": [\n  {lines}]}}\n', encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
