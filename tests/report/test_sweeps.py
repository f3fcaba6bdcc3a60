#!/usr/bin/python3
"""test_sweeps.py - runs scripts/ladder on sweeps/, whose shares and crossovers can be worked out by hand, and on parts of it."""
# SPDX-License-Identifier: Apache-2.0

import csv
import gzip
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

LADDER = Path(__file__).parents[2] / "scripts" / "ladder"
STORED = Path(__file__).parent / "sweeps" / "results.csv"


def run(folder):
    return subprocess.run([LADDER, folder], capture_output=True, text=True)


class Sweeps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(STORED, folder)
            done = run(folder)
            assert done.returncode == 0, done.stderr
            cls.text = (Path(folder) / "ladder.md").read_text(encoding="utf-8")
            cls.tables = {name: list(csv.DictReader((Path(folder) / f"{name}.csv").read_text().splitlines()))
                          for name in ("ladder", "savings", "shufflenet_g2")}

    def row(self, table, **wanted):
        found = [row for row in self.tables[table] if all(row[key] == value for key, value in wanted.items())]
        self.assertEqual(len(found), 1, wanted)
        return found[0]

    def test_crossover(self):
        """bad: 14s1 takes less than its dense twin (4000) from 4 channels, 7s1 (8000) from 128 only; never less than good's dense 1000."""
        self.assertIn("| good | 1 | 1 |", self.text)
        self.assertIn("| bad | 4 to 128 | never in 2 of 2 |", self.text)
        self.assertIn("groups of every width pay on every map with good. Others pay from this many channels a group: bad (never in 2 of 2).", self.text)

    def test_shares(self):
        row = self.row("ladder", kernel="bad", case="14s1", channels_a_group="4")
        self.assertEqual(float(row["share"]), 0.5)
        self.assertEqual(float(row["share_of_best"]), 2)
        self.assertAlmostEqual(float(row["work"]), 4 / 384, places=5)
        self.assertAlmostEqual(float(row["over_ideal"]), 48, places=3)
        self.assertAlmostEqual(float(row["realised"]), 0.5 / (1 - 4 / 384), places=4)
        self.assertEqual(float(row["mac_cost"]), 25)

    def test_cost_of_a_multiply_add(self):
        self.assertIn("It is dearest: 1.00 times at 1 with good, 100 times at 1 with bad.", self.text)

    def test_savings(self):
        self.assertAlmostEqual(float(self.row("savings", groups="2")["realised"]), 0.8)
        self.assertAlmostEqual(float(self.row("savings", groups="64")["over_ideal"]), 25.6)
        self.assertIn("With 64 groups it is 61 % with good.", self.text)

    def test_without_a_dense_twin_nothing_is_said(self):
        self.assertNotIn("lonely", self.text)
        self.assertNotIn("absent", self.text)

    def test_equal_cost_evens_out_differences_in_work(self):
        row = self.row("shufflenet_g2", groups="8")
        self.assertAlmostEqual(float(row["speed"]), 0.55)
        self.assertAlmostEqual(float(row["published"]), 27.8 / 40, places=5)
        self.assertIn("| cpu-x1 | 8 | 0.695 | 0.550 |", self.text)


class Parts(unittest.TestCase):
    def test_a_packed_run(self):
        """Runs that are kept have results.csv.gz: the same answers."""
        with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as packed:
            (Path(plain) / "results.csv").write_bytes(STORED.read_bytes())
            (Path(packed) / "results.csv.gz").write_bytes(gzip.compress(STORED.read_bytes()))
            for folder in (plain, packed):
                self.assertEqual(run(folder).returncode, 0)
            for name in ("ladder.md", "ladder.csv", "savings.csv", "shufflenet_g2.csv"):
                self.assertEqual((Path(plain) / name).read_bytes(), (Path(packed) / name).read_bytes())

    def test_other_sets_only(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = STORED.read_text().splitlines()
            (Path(folder) / "results.csv").write_text("\n".join([lines[0], lines[1].replace("ladder:14s1.dense", "other")]) + "\n")
            self.assertEqual(run(folder).returncode, 0)
            text = (Path(folder) / "ladder.md").read_text(encoding="utf-8")
            self.assertEqual(text.count("Not shown"), 3)
            self.assertEqual(len((Path(folder) / "ladder.csv").read_text().splitlines()), 1)

    def test_one_set_without_equal_cost_layers(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = [line for line in STORED.read_text().splitlines() if ".e" not in line and not line.startswith(("savings", "shufflenet"))]
            (Path(folder) / "results.csv").write_text("\n".join(lines) + "\n")
            self.assertEqual(run(folder).returncode, 0)
            text = (Path(folder) / "ladder.md").read_text(encoding="utf-8")
            self.assertNotIn("cost of a multiply-add", text)
            self.assertEqual(text.count("Not shown"), 2)

    def test_wrong_usage(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run(folder)
            self.assertEqual(done.returncode, 1)
            self.assertIn("results.csv does not exist", done.stderr)


if __name__ == "__main__":
    unittest.main()
