"""The figures that papers state beside those that follow from the layer sizes."""

from ..content import Missing, Section, Table, Text
from ..text import plural


def section(run):
    if run.claims is None or run.claims.empty:
        return Section("claims", "Published figures", [Missing("the published figures", "claims.csv is missing; `gconv-info claims --csv` writes it.")])
    verdicts = run.claims["verdict"] if "verdict" in run.claims else run.claims.iloc[:, -1]
    equal = verdicts.str.startswith("equal").sum()
    return Section("claims", "Published figures", [
        Text(f"{equal} of {plural(len(run.claims), 'figure')} hold when computed from the layer sizes."),
        Table(list(run.claims.columns), run.claims.to_numpy().tolist(), texts=len(run.claims.columns), fold=len(run.claims) > 40,
              caption="All figures with their sources" if len(run.claims) > 40 else None)])
