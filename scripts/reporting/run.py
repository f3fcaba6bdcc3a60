"""Run - what a benchmark run left in a folder: results.csv (needed), claims.csv and environment.json (reported if they are there).

A run that was killed may end in half a line, and a file may have been damaged since: whatever can be read is used, and `problems` says
in words what could not.
"""

import csv
import io
import json
from pathlib import Path

import numpy
import pandas

SETTING = ["direction", "layout", "threads", "cache"]  # measurements are compared within one of these only
NEEDED = ["problem", "kernel", "threads", "time_median_ns", "status"]
TEXTS = {"set": "", "direction": "fwd", "layout": "native", "cache": "warm", "level": "layer", "form": "-", "pass": "", "reason": "", "plan": "",
         "isa": ""}
NUMBERS = ["threads", "batch", "params", "macs", "min_bytes", "time_min_ns", "time_median_ns", "time_cv", "time_ci_lo_ns", "time_ci_hi_ns",
           "repetitions", "gflops", "pct_peak", "pct_roof", "err", "packed_bytes", "workspace_bytes", "executed_macs", "macs_nominal",
           "ic", "oc", "groups", "icg", "ocg", "kh", "kw", "stride_h", "stride_w", "ih", "iw", "multiplicity", "peak_gflops",
           "intensity", "attainable_gflops"]
WHOLE = ["threads", "batch", "ic", "oc", "groups", "icg", "ocg", "kh", "kw", "stride_h", "stride_w", "ih", "iw", "multiplicity",
         "repetitions"]


class Unusable(Exception):
    """There is nothing to report on; the text says why."""


class Run:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.problems = []
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
    def layers(self):
        """Measurements of single convolutions."""
        return self.ok[self.ok["level"] == "layer"]

    @property
    def where(self):
        """Machine and day, short enough to stand below a plot."""
        cpu, started = self.environment.get("cpu", {}), str(self.environment.get("run", {}).get("started", ""))
        parts = [cpu.get("model"), f"family {cpu['family_number']} model {cpu['model_number']}" if "family_number" in cpu else None, started[:10]]
        return ", ".join(str(part) for part in parts if part)

    def level(self, level, training=False):
        """Blocks or networks, run forward or as training steps."""
        return self.ok[(self.ok["level"] == level) & ((self.ok["pass"] == "train") == training)]

    def has(self, column):
        return column in self.columns

    def _results(self):
        path = self.folder / "results.csv"
        if not path.exists():
            raise Unusable(f"{path} does not exist: give a folder that a benchmark run wrote")
        rows = self._csv(path)
        missing = [column for column in NEEDED if column not in rows]
        if missing:
            raise Unusable(f"{path} has no column {', '.join(missing)}: not a results file, or its first line is damaged")
        self.columns = set(rows.columns)
        rows["line"] = range(2, len(rows) + 2)
        return self._typed(rows)

    def _csv(self, path):
        """All lines that have as many fields as the first; the others are counted."""
        try:
            text = path.read_text(encoding="utf-8", errors="replace").replace("\0", "")
        except OSError as error:
            raise Unusable(f"{path} cannot be read: {error.strerror}") from error
        if not text.strip():
            raise Unusable(f"{path} is empty")
        if "\n" in text and not text.endswith("\n"):
            cut = text.rfind("\n") + 1
            text = text[:cut]
            self.problems.append(f"The last line of {path.name} is not complete (the run was cut off while writing it); it is left out.")
        bad = []
        try:
            frame = pandas.read_csv(io.StringIO(text), dtype=str, engine="python", on_bad_lines=bad.append)
        except (ValueError, csv.Error) as error:
            raise Unusable(f"{path} is not a CSV file: {error}") from error
        short = frame["status"].isna() if "status" in frame else []
        count = len(bad) + int(sum(short))
        if count:
            self.problems.append(f"{count} lines of {path.name} do not have the fields that its first line names; they are left out.")
            frame = frame[~short] if len(short) else frame
        return frame.reset_index(drop=True)

    def _typed(self, rows):
        for column, default in TEXTS.items():
            rows[column] = rows[column].fillna(default) if column in rows else default
        for column in NUMBERS:
            rows[column] = pandas.to_numeric(rows[column], errors="coerce").where(lambda values: numpy.isfinite(values)) if column in rows else float("nan")
        rows.loc[rows["time_median_ns"] <= 0, "time_median_ns"] = float("nan")
        lost = (rows["status"] == "ok") & rows["time_median_ns"].isna()
        if lost.any():
            rows.loc[lost, ["status", "reason"]] = ["failed", "no usable time in the file"]
            self.problems.append(f"{lost.sum()} measurements have no usable time; they are listed as failed.")
        for column in WHOLE:
            rows[column] = rows[column].fillna(1 if column in ("threads", "multiplicity", "batch") else 0).astype(int)
        rows["label"] = rows["name"].fillna(rows["problem"]) if "name" in rows else rows["problem"]
        rows["layer"] = rows["label"].str.replace(r"\*\d+$", "", regex=True)
        return rows

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
