"""What direct and its rivals did: a line a problem, direction and number of threads of each instruction set."""
# SPDX-License-Identifier: Apache-2.0

from pathlib import Path

import pandas

from ..csvfile import Unusable
from ..run import SETTING, read_results, typed

SUBJECT, METHOD = "direct", "winograd"  # the second does fewer multiply-adds: counted where a goal says so
RIVALS = ["onednn", "im2col_gemm", "batched_gemm"]
LIBRARY = "onednn"
KEY = ["isa", *SETTING, "problem"]


def of_file(path, problems):
    return of_rows(typed(read_results(path, problems), problems), path)


def of_rows(rows, path):
    """Those that goals are about, with the instruction set that direct had in all of them: a library does not say which it took."""
    rows = rows[(rows["status"] == "ok") & (rows["level"] == "layer") & (rows["layout"] == "native") & (rows["cache"] == "warm") & (rows["data"] == "real")]
    isas = rows.loc[rows["kernel"] == SUBJECT, "isa"].unique()
    if len(isas) != 1:
        raise Unusable(f"{path}: {SUBJECT} was measured with {', '.join(isas) or 'no instruction set'} (native layout, warm caches); a file holds one")
    return rows.assign(isa=isas[0], file=str(path))


def joined(rows):
    """The lines of one file: the row of direct, the times of the others, and the sets that have the problem."""
    sets = rows.drop_duplicates([*KEY, "set"]).groupby(KEY)["set"].agg(list)
    found = rows[rows["kernel"] == SUBJECT].drop_duplicates(KEY).set_index(KEY)
    times = rows.drop_duplicates([*KEY, "kernel"]).pivot(index=KEY, columns="kernel", values="time_median_ns").reindex(columns=[SUBJECT, METHOD, *RIVALS])
    found = found.join(times).join(sets.rename("sets"))
    best = found[RIVALS].min(axis=1)
    found["rival"] = found[RIVALS].idxmin(axis=1).where(best.notna(), "")
    found["ratio"] = best / found[SUBJECT]
    found["library_ratio"] = found[LIBRARY] / found[SUBJECT]
    found["method_ratio"] = best / found[[SUBJECT, METHOD]].min(axis=1)
    found["random"] = [all(name.startswith("random@") for name in names) for names in found["sets"]]
    return found.reset_index()


def load(paths, problems):
    """All files together. What several of them measured counts once, with the ratio and the share of the peak in the middle."""
    rows = pandas.concat([joined(of_file(Path(path), problems)) for path in paths], ignore_index=True)
    middle = ["ratio", "library_ratio", "method_ratio", "pct_peak", "pct_roof"]
    figures = rows.groupby(KEY)[middle].median()
    once = rows.drop_duplicates(KEY).set_index(KEY)
    once[middle] = figures
    once["random"] = rows.groupby(KEY)["random"].all()
    return once.reset_index()
