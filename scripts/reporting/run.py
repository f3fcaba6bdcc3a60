"""Run - what a benchmark run left in a folder: results.csv or results.csv.gz (needed), claims.csv and environment.json (reported if they are there).

A run that was killed may end in half a line, and a file may have been damaged since: whatever can be read is used, and `problems` says
in words what could not.
"""
# SPDX-License-Identifier: Apache-2.0

import json
from pathlib import Path

import numpy
import pandas

from .columns import NUMBERS
from .csvfile import Unusable, read
from .text import plural

SETTING = ["direction", "layout", "threads", "cache", "data"]  # measurements are compared within one of these only
DIRECTIONS = ["fwd", "bwd_d", "bwd_w", "train"]  # in the order in which a network needs them
BENCHMARK = ["problem", *SETTING, "kernel", "level", "form", "pass", "batch"]  # rows that agree in these are one measurement under two names
NEEDED = ["problem", "kernel", "threads", "time_median_ns", "status"]
TEXTS = {"set": "", "direction": "fwd", "layout": "native", "cache": "warm", "level": "layer", "form": "-", "pass": "", "reason": "", "plan": "",
         "isa": "", "roof": "", "data": "real", "marks": "", "time_reps_ns": ""}
WHOLE = ["threads", "batch", "ic", "oc", "groups", "icg", "ocg", "kh", "kw", "stride_h", "stride_w", "ih", "iw", "multiplicity",
         "repetitions"]


def distinct(rows):
    return rows.drop_duplicates(BENCHMARK)


def by_setting(rows):
    """(setting, its rows), forward before backward."""
    known = {name: place for place, name in enumerate(DIRECTIONS)}
    return sorted(rows.groupby(SETTING), key=lambda item: (known.get(item[0][0], len(known)), item[0]))


def read_results(path, problems):
    """The texts of a results file."""
    rows = read(path, problems)
    missing = [column for column in NEEDED if column not in rows]
    if missing:
        raise Unusable(f"{path} has no column {', '.join(missing)}: not a results file, or its first line is damaged")
    return rows


def typed(rows, problems):
    """Numbers as numbers, what may be left out filled in, and without rows that cannot be used."""
    for column, default in TEXTS.items():
        rows[column] = rows[column].fillna(default) if column in rows else default
    for column in NUMBERS:
        rows[column] = pandas.to_numeric(rows[column], errors="coerce").where(lambda values: numpy.isfinite(values)) if column in rows else float("nan")
    rows.loc[rows["time_median_ns"] <= 0, "time_median_ns"] = float("nan")
    damaged = ~rows["status"].isin(["ok", "skipped", "failed"]) | rows["problem"].isna() | rows["kernel"].isna()
    if damaged.any():
        problems.append(f"{plural(damaged.sum(), 'row')} without problem, kernel or a known status: left out.")
        rows = rows[~damaged].copy()
    lost = (rows["status"] == "ok") & rows["time_median_ns"].isna()
    if lost.any():
        rows.loc[lost, ["status", "reason"]] = ["failed", "no usable time in the file"]
        problems.append(f"{plural(lost.sum(), 'measurement')} without a usable time: listed as failed.")
    for column in WHOLE:
        rows[column] = rows[column].fillna(1 if column in ("threads", "multiplicity", "batch") else 0).astype(int)
    rows["label"] = rows["name"].fillna(rows["problem"]) if "name" in rows else rows["problem"]
    rows["layer"] = rows["label"].str.replace(r"\*\d+$", "", regex=True)
    return rows


class Run:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.problems = []
        packed = not (self.folder / "results.csv").exists() and (self.folder / "results.csv.gz").exists()
        self.file = "results.csv.gz" if packed else "results.csv"  # packed: a run that is kept
        rows = self._results()
        inside = rows["level"] == "network-layer"
        self.rows = rows[~inside]
        self.steps = rows[inside & (rows["status"] == "ok") & (rows["pass"] != "train")]  # of networks, timed inside them: no measurements of their own
        self.environment = self._environment()
        self.claims = self._claims()

    @property
    def ok(self):
        return self.rows[self.rows["status"] == "ok"]

    @property
    def distinct(self):
        """Each measurement once: a problem that two sets name has a row for either."""
        return distinct(self.ok)

    @property
    def layers(self):
        """Measurements of single convolutions."""
        return self.ok[self.ok["level"] == "layer"]

    @property
    def machine(self):
        """The processor, as exactly as a virtual machine tells it."""
        cpu = self.environment.get("cpu", {})
        parts = [cpu.get("model"), f"family {cpu['family_number']} model {cpu['model_number']}" if "family_number" in cpu else None]
        return ", ".join(str(part) for part in parts if part)

    @property
    def plugins(self):
        """By kernel the file of the plug-in that it is from."""
        known = self.environment.get("plugins")
        known = known if isinstance(known, dict) else {}
        names = {key.removesuffix("_kernels"): str(value) for key, value in known.items() if key.endswith("_kernels")}
        return {kernel: known.get(f"{plugin}_file", "?") for plugin, kernels in names.items() for kernel in kernels.split(", ")}

    @property
    def where(self):
        """Machine and day, short enough to stand below a plot."""
        started = str(self.environment.get("run", {}).get("started", ""))[:10]
        return ", ".join(part for part in (self.machine, started) if part)

    def level(self, level, training=False):
        """Blocks or networks, run forward or as training steps."""
        return self.ok[(self.ok["level"] == level) & ((self.ok["pass"] == "train") == training)]

    def has(self, column):
        return column in self.columns

    def _results(self):
        path = self.folder / self.file
        if not path.exists():
            raise Unusable(f"{path} does not exist: give a folder that a benchmark run wrote")
        rows = read_results(path, self.problems)
        rows = self._with_more(rows.assign(file=self.file))
        self.columns = set(rows.columns)
        return typed(rows, self.problems)

    def _with_more(self, rows):
        """A run of several parts that was killed has the rows of its last one in a file beside: scripts/bench had no time to join them."""
        path = self.folder / "more.csv"
        if not path.exists() or path.stat().st_size == 0:
            return rows
        try:
            more = read(path, self.problems)
        except Unusable as reason:
            self.problems.append(f"{reason}.")
            return rows
        if [column for column in NEEDED if column not in more]:
            self.problems.append("more.csv is not a results file, or its first line is damaged; it is left out.")
            return rows
        self.problems.append(f"The run was killed; the rows of its last part are read from more.csv ({len(more)}).")
        return pandas.concat([rows, more.assign(file="more.csv")], ignore_index=True)

    def _environment(self):
        path = self.folder / "environment.json"
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            return facts if isinstance(facts, dict) else {}
        except FileNotFoundError:
            self.problems.append("environment.json is missing: the report cannot say which machine this was.")
        except (OSError, ValueError) as error:
            self.problems.append(f"environment.json cannot be used: {error}.")
        return {}

    def _claims(self):
        path = self.folder / "claims.csv"
        if not path.exists():
            return None
        try:
            return pandas.read_csv(path, dtype=str, on_bad_lines="skip").fillna("")
        except (OSError, ValueError) as error:
            self.problems.append(f"claims.csv cannot be used: {error}.")
            return None
