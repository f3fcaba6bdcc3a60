"""How far the run can be trusted: said before anything is claimed."""
# SPDX-License-Identifier: Apache-2.0

from ..intervals import ENOUGH, METHOD
from ..text import number, plural

NOISY = 0.05  # median coefficient of variation above which other work was running
MANY = 0.1  # share of figures that may be disturbed, or known by few repetitions, before the run as a whole is in doubt


def warnings(run):
    """Sentences for a run that was disturbed or was too short, or none."""
    rows, found = run.distinct, []
    scatter = rows["time_cv"].median()
    if scatter > NOISY:
        found.append(f"Half of the figures scatter by more than {number(100 * scatter, 2)} %: other work was running, conclude nothing from this run.")
    marked = (rows["marks"] != "").sum()
    if marked > MANY * len(rows):
        found.append(f"{marked:,} of {len(rows):,} figures are marked as disturbed.")
    few = rows[(rows["repetitions"] > 0) & (rows["repetitions"] < ENOUGH)]
    networks = few[few["level"] == "network"]
    if len(few) > MANY * len(rows):
        found.append(f"{len(few):,} of {len(rows):,} figures come from fewer than {ENOUGH} repetitions.")
    if len(networks):
        whole = rows[rows["level"] == "network"]
        found.append(f"{len(networks)} of {plural(len(whole), 'figure')} of whole networks come from fewer than {ENOUGH} repetitions, too few for any claim.")
    return f"**Warning.** {' '.join(found)}" if found else None


def noise(run):
    rows = run.distinct
    measured = rows.dropna(subset=["time_cv"])
    if measured.empty:
        return "The file has no scatter of the repetitions: how noisy the run was is not known."
    middle, worst = measured["time_cv"].median(), measured.loc[measured["time_cv"].idxmax()]
    least, most = rows["repetitions"].min(), rows["repetitions"].max()
    count = f"{least:.0f}" if least == most else f"{least:.0f} to {most:.0f}"
    marked = f" {(rows['marks'] != '').sum()} of {len(rows):,} are marked as disturbed." if (rows["marks"] != "").any() else ""
    return (f"**How far to trust it**: {plural(len(rows), 'figure')}, each the median of {count} repetitions, interleaved with"
            f" those of the other kernels. The coefficient of variation is at most {number(100 * middle, 2)} % for half of the figures and"
            f" {number(100 * worst.time_cv, 2)} % for the worst ({worst.kernel}, {worst.layer},"
            f" {plural(worst.threads, 'thread')}).{marked} {METHOD} Kernels joined by ≈ were not told apart: the slower one's best repetition is no"
            " slower than the faster one's median.")
