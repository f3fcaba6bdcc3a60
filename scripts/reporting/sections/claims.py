"""The figures that papers state beside those that follow from the layer sizes."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Missing, Section, Table, Text
from ..text import plural


def verdicts(run):
    """One sentence for the answer, or None."""
    if run.claims is None or run.claims.empty or "verdict" not in run.claims:
        return None
    words = run.claims["verdict"].str.extract(r"^(equal|not computed)", expand=False).fillna("different")
    counts = words.value_counts()
    return (f"**Published figures**: of {len(run.claims)}, {counts.get('equal', 0)} hold when computed from the layer sizes, {counts.get('different', 0)} differ"
            f" and {counts.get('not computed', 0)} cannot be computed; all of them stand under Published figures below.")


def section(run):
    if run.claims is None or run.claims.empty:
        return Section("claims", "Published figures", [Missing("the published figures", "claims.csv is missing; `gconv-info claims --csv` writes it.")])
    verdicts = run.claims["verdict"] if "verdict" in run.claims else run.claims.iloc[:, -1]
    equal, uncounted = verdicts.str.startswith("equal"), verdicts.str.startswith("not computed")
    differing = run.claims[~equal & ~uncounted]
    text = f"{equal.sum()} of {plural(len(run.claims), 'figure')} hold when computed from the layer sizes."
    if uncounted.any():
        text += f" {uncounted.sum()} cannot be counted (errors, training times)."
    if len(differing):
        text += f" {len(differing)} {'differs' if len(differing) == 1 else 'differ'}:"
    blocks = [Text(text)]
    if len(differing):
        blocks.append(Table(list(run.claims.columns), differing.to_numpy().tolist(), texts=len(run.claims.columns)))
    return Section("claims", "Published figures", [
        *blocks, Table(list(run.claims.columns), run.claims.to_numpy().tolist(), texts=len(run.claims.columns), fold=True, caption="All figures with their sources")])
