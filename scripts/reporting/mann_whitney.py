"""Mann and Whitney's U test, for scripts/compare: kept apart because scripts/setup need not have run for it, and scipy not be there."""
# SPDX-License-Identifier: Apache-2.0

import math
from collections import Counter
from functools import lru_cache

EXACT_LIMIT = 30  # values of a side up to which the exact distribution is counted out


@lru_cache(maxsize=None)
def ways(n, m):
    """How many of the orders of n + m different values give U = 0, 1, ..., n * m: Mann and Whitney's recurrence, built up by n."""
    counts = [1] + [0] * (n * m)
    for i in range(1, n + 1):  # times (1 - x^(m+i)) / (1 - x^i): the Gaussian binomial coefficient
        for u in range(n * m, m + i - 1, -1):
            counts[u] -= counts[u - m - i]
        for u in range(i, n * m + 1):
            counts[u] += counts[u - i]
    return counts


def exact(u, n, m):
    counts = ways(min(n, m), max(n, m))
    return min(1.0, 2 * sum(counts[math.ceil(u):]) / math.comb(n + m, n))


def normal(u, n, m, ties):
    """With the correction for ties and for continuity, as scipy's method='asymptotic'."""
    total = n + m
    variance = n * m / 12 * (total + 1 - sum(t**3 - t for t in ties) / (total * (total - 1)))
    if variance == 0:
        return 1.0
    return min(1.0, math.erfc((u - n * m / 2 - 0.5) / math.sqrt(variance) / math.sqrt(2)))


def mann_whitney(a, b):
    """Two-sided p-value. Exact for few values that all differ."""
    n, m = len(a), len(b)
    ties = [count for count in Counter([*a, *b]).values() if count > 1]
    smaller = sum((x < y) + (x == y) / 2 for x in a for y in b)
    u = max(smaller, n * m - smaller)
    return exact(u, n, m) if not ties and max(n, m) <= EXACT_LIMIT else normal(u, n, m, ties)
