"""The layers of the set `grid`, and what was measured on each of them: a line a layer and direction."""
# SPDX-License-Identifier: Apache-2.0

import re
from pathlib import Path

import pandas

SOURCE = Path(__file__).resolve().parents[3] / "bench" / "problems" / "sweeps.c"
POINT = ["direction", "kh", "stride_h", "ih", "icg"]
DIRECTIONS = ["fwd", "bwd_d", "bwd_w"]
STRIDES = [1, 2]  # the loop in grid_cases of the same source
SUBJECT, RIVAL, FEWER = "direct", "onednn", "winograd"  # the last does fewer multiply-adds than are counted, so it is no rival but another method
KERNELS = [SUBJECT, FEWER, RIVAL]


def _array(name):
    """The values of an array of the source that makes the set."""
    return [int(value) for value in re.search(rf"\b{name}\[\] = \{{([\d, ]+)\}}", SOURCE.read_text(encoding="utf-8"))[1].split(",")]


WIDTHS, MAPS, WINDOWS = _array("grid_widths"), _array("maps"), _array("windows")
EVERY = len(DIRECTIONS) * len(WINDOWS) * len(STRIDES) * len(MAPS) * len(WIDTHS)


def points(run):
    """What the direct kernel did on each layer, beside the times of the others: `ratio` is oneDNN's time over its own, `method` its own over
    Winograd's."""
    rows = run.layers[run.layers["set"] == "grid"]
    found = rows[rows["kernel"] == SUBJECT].drop_duplicates(POINT).set_index(POINT)
    for kernel in (RIVAL, FEWER):
        other = rows[rows["kernel"] == kernel].drop_duplicates(POINT).set_index(POINT)
        found[f"{kernel}_ns"] = other["time_median_ns"].reindex(found.index)
    found["ratio"] = found[f"{RIVAL}_ns"] / found["time_median_ns"]
    found["method"] = found["time_median_ns"] / found[f"{FEWER}_ns"]
    found["bytes_bound"] = ~found["roof"].isin(["peak", ""]) & found["pct_roof"].notna()
    order = pandas.Categorical(found.index.get_level_values("direction"), DIRECTIONS, ordered=True)
    return found.reset_index().assign(direction=order).sort_values(POINT)


def table(rows, value):
    """Maps by widths of one kind of layer, empty where nothing was measured."""
    return rows.pivot(index="ih", columns="icg", values=value).reindex(index=MAPS, columns=WIDTHS)
