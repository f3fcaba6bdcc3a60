"""The goals, a line each. Words and reasons are in kernels/impl/direct/TUNING.md."""
# SPDX-License-Identifier: Apache-2.0

from dataclasses import dataclass
from typing import Callable

from ..text import geomean

EVEN = 0.97  # what two runs of one kernel differ by


@dataclass
class Share:
    """At least so many percent of the peak, on every layer that `takes` says, unless the bytes permit less."""

    name: str
    wanted: float
    takes: Callable


@dataclass
class Speed:
    """`figure` of the ratios in `column` is to be at least `wanted` (at most, with `most`)."""

    name: str
    wanted: float
    column: str
    figure: Callable
    takes: Callable
    most: bool = False


def window(rows, *sizes):
    return (rows["kh"] == rows["kw"]) & rows["kh"].isin(sizes)


def width(rows, least, most):
    """Of groups, in and out."""
    return rows[["icg", "ocg"]].min(axis=1).ge(least) & rows[["icg", "ocg"]].max(axis=1).le(most)


def grouped(rows):
    return rows["groups"] > 1


def dense(rows):
    return (rows["groups"] == 1) & rows[["ic", "oc"]].min(axis=1).ge(64)


def weights(rows):
    return rows["direction"] == "bwd_w"


SHARES = {"avx2": [
    Share("3x3, 14 to 128 channels a group", 80, lambda r: ~weights(r) & grouped(r) & window(r, 3) & width(r, 14, 128)),
    Share("dense 3x3, 64 channels and more", 80, lambda r: ~weights(r) & dense(r) & window(r, 3)),
    Share("dense 1x1, 64 channels and more", 80, lambda r: ~weights(r) & dense(r) & window(r, 1)),
    Share("3x3, 4 channels a group", 75, lambda r: ~weights(r) & grouped(r) & window(r, 3) & width(r, 4, 4)),
    Share("3x3, 8 channels a group", 75, lambda r: ~weights(r) & grouped(r) & window(r, 3) & width(r, 8, 8)),
    Share("3x3, 2 channels a group", 65, lambda r: ~weights(r) & grouped(r) & window(r, 3) & width(r, 2, 2)),
    Share("weights of 3x3 with 4 channels a group and more", 75, lambda r: weights(r) & window(r, 3) & (grouped(r) & width(r, 4, 1 << 30) | dense(r))),
    Share("weights of dense 1x1, 64 channels and more", 75, lambda r: weights(r) & window(r, 1) & dense(r)),
]}


def least(ratios):
    return ratios.min()


def lost(ratios):
    """Percent of them."""
    return 100 * (ratios < EVEN).mean()


SPEEDS = [
    Speed("built-in sets: least ratio to the best rival", EVEN, "ratio", least, lambda r: ~r["random"]),
    Speed("built-in sets: geometric mean", 1.15, "ratio", geomean, lambda r: ~r["random"]),
    Speed("grouped 3x3 of stride 1 with Winograd counted: geometric mean", 1.5, "method_ratio", geomean,
          lambda r: ~r["random"] & (r["direction"] == "fwd") & grouped(r) & window(r, 3) & (r["stride_h"] == 1) & (r["stride_w"] == 1)),
    Speed("random layers: least ratio to oneDNN", 0.8, "library_ratio", least, lambda r: r["random"]),
    Speed(f"random layers: percent below {EVEN} of oneDNN", 5, "library_ratio", lost, lambda r: r["random"], most=True),
]
