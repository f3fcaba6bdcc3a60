"""What several sections need: the setting a plot is drawn for, the fastest kernel, and twins."""
# SPDX-License-Identifier: Apache-2.0

import pandas

from ..run import SETTING
from ..text import ratio_interval

YARDSTICKS = ["naive_split", "onednn"]  # what everybody can write, and what a good library gives
WINOGRAD = ["winograd_f2", "winograd_f4", "winograd_f6", "winograd", "onednn_winograd"]  # do fewer FLOPs than are counted as useful
SIZES = ["kh", "kw", "ih", "iw", "stride_h", "stride_w", "batch"]
TWIN = ["ic", "oc", *SIZES]  # equal in a grouped convolution and its dense twin
PREFERRED = ("fwd", "native", 1, "warm", "real")

SWEEPS = ["ladder", "savings", "shufflenet_g2"]  # hundreds of layers each, which have plots of their own


def told(rows):
    """Where a plot has a mark for every layer: which of them can be pointed at. Not those of the sweeps, unless there are no others."""
    others = ~rows["set"].isin(SWEEPS)
    return others if others.any() else ~others


def main_setting(rows):
    """The rows of the one setting that plots are drawn for: forward, native layout, one thread, warm, or the nearest that was run."""
    counts = rows.groupby(SETTING).size()
    if counts.empty:
        return PREFERRED, rows
    setting = min(counts.index, key=lambda s: (sum(a != b for a, b in zip(s, PREFERRED)), s[2], -counts[s]))
    chosen = rows[(rows[SETTING] == pandas.Series(setting, index=SETTING)).all(axis=1)]
    return setting, chosen.drop_duplicates(["set", "layer", "problem", "form", "kernel"])


def plain(rows):
    """Without the kernels that were given parameters (merged_gemm@m8) where the kernel ran without as well: those have a section of their own."""
    return rows[~rows["kernel"].str.contains("@") | ~rows["kernel"].str.split("@").str[0].isin(rows["kernel"])]


def once(rows):
    """A problem that several sets name is measured once and has a row for each name; here each measurement counts once."""
    return rows.drop_duplicates(["problem", "kernel"])


def places(rows):
    """{problem: the sets that have it}, with its name in each where they differ."""
    found = {}
    for row in rows.drop_duplicates(["problem", "set", "layer"]).itertuples():
        found.setdefault(row.problem, []).append((row.set or "-", row.layer))
    return {problem: ", ".join(name if len({layer for _, layer in names}) == 1 else f"{name} ({layer})" for name, layer in names)
            for problem, names in found.items()}


def fastest(rows):
    """The kernel with the smallest median, and those that reached it in at least one repetition: not told apart by this run."""
    rows = rows.sort_values("time_median_ns")
    best = rows.iloc[0]
    return best, [other.kernel for other in rows.iloc[1:].itertuples() if other.time_min_ns <= best.time_median_ns]


def times(rows, index="problem"):
    """Median times, a line a problem and a column a kernel."""
    return rows.drop_duplicates([index, "kernel"]).pivot(index=index, columns="kernel", values="time_median_ns")


def with_dense_twin(rows):
    """Grouped measurements beside those of their dense twins (same channels and sizes, one group), of the same kernel and setting."""
    keys = SETTING + ["kernel"] + TWIN
    single = rows.drop_duplicates(SETTING + ["kernel", "problem"])
    columns = keys + ["groups", "icg", "layer", "macs", "min_bytes", "pct_peak", "time_median_ns", "time_ci_lo_ns", "time_ci_hi_ns"]
    both = single[single["groups"] > 1][columns].merge(single[single["groups"] == 1][columns], on=keys, suffixes=("", "_dense"))
    both["share"] = both["time_median_ns"] / both["time_median_ns_dense"]
    both["share_lo"], both["share_hi"] = ratio_interval(both, "_dense")
    both["work"] = both["macs"] / both["macs_dense"]
    dense = single[single["groups"] == 1]
    best = dense.loc[dense.groupby(SETTING + TWIN)["time_median_ns"].idxmin(), SETTING + TWIN + ["kernel", "pct_peak", "time_median_ns"]]
    both = both.merge(best.rename(columns={"kernel": "best_kernel", "pct_peak": "pct_peak_best", "time_median_ns": "best_ns"}), on=SETTING + TWIN, how="left")
    both["share_of_best"] = both["time_median_ns"] / both["best_ns"]  # of the fastest kernel's dense time: what a user saves
    return both.dropna(subset=["share", "work"])
