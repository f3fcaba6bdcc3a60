#!/usr/bin/python3
"""test_compare.py - scripts/compare: its test against scipy's, its verdicts and exit codes on runs made up here."""

import csv
import importlib.machinery
import importlib.util
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMPARE = Path(__file__).parent.parent.parent / "scripts" / "compare"
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("compare", str(COMPARE))
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
loader.exec_module(compare)

SCIPY = json.loads(Path(__file__).with_name("scipy.json").read_text(encoding="utf-8"))  # made by scipy_values.py

BASE = [100, 101, 102, 103, 104, 105, 106, 107, 108]
COLUMNS = [*compare.KEY, "status", "time_median_ns", "time_reps_ns"]


def row(kernel, times, status="ok", problem="p"):
    return [problem, "fwd", "native", kernel, "1", "warm", status, times[len(times) // 2], ";".join(map(str, times))]


class Statistics(unittest.TestCase):
    def test_p_values_are_those_of_scipy(self):
        self.assertGreater(len(SCIPY["mann_whitney"]), 50)
        for row in SCIPY["mann_whitney"]:
            self.assertAlmostEqual(compare.mann_whitney(row["a"], row["b"]), row["p"], places=13, msg=row)
            self.assertAlmostEqual(compare.mann_whitney(row["b"], row["a"]), row["p"], places=13, msg=row)
        self.assertEqual({row["method"] for row in SCIPY["mann_whitney"]}, {"exact", "asymptotic"})

    def test_equal_values_differ_in_nothing(self):
        self.assertEqual(compare.mann_whitney([1, 1, 1], [1, 1, 1]), 1)

    def test_verdicts(self):
        slower = [time + 20.5 for time in BASE]
        self.assertEqual(compare.verdict(BASE, slower, 0.05)[2], "slower")
        self.assertEqual(compare.verdict(slower, BASE, 0.05)[2], "faster")
        self.assertEqual(compare.verdict(BASE, [time + 0.5 for time in BASE], 0.05)[2], "same")
        self.assertEqual(compare.verdict(BASE[:3], slower[:3], 0.05)[2], "?")  # no three against three are ever significant


class Program(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def write(self, name, *rows):
        with (self.folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        return self.folder / name

    def write_json(self, name, kernels):
        runs = [{"name": f"fwd/native/p/{kernel}/t1/warm", "run_type": "iteration", "real_time": time / 1000, "time_unit": "us"}
                for kernel, times in kernels.items() for time in times]
        runs.append({"name": "fwd/native/p/one/t1/warm_mean", "run_type": "aggregate", "real_time": 1, "time_unit": "us"})
        (self.folder / name).write_text(json.dumps({"context": {}, "benchmarks": runs}))
        return self.folder / name

    def run_compare(self, *arguments, code=0):
        done = subprocess.run([COMPARE, *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def pair(self):
        twice = [2 * time + 0.5 for time in BASE]
        return (self.write("a.csv", row("one", BASE), row("two", BASE), row("gone", BASE), row("bad", BASE, "failed")),
                self.write("b.csv", row("one", twice), row("two", BASE), row("new", BASE), row("bad", BASE)))

    def test_ratios_geomeans_and_what_has_no_partner(self):
        text = self.run_compare(*self.pair())
        self.assertRegex(text, r"2\.005  p=4\.1e-05 +slower  p fwd native one 1 warm")
        self.assertRegex(text, r"2\.005 +1 +1 +0 +0 +0  one")
        self.assertRegex(text, r"1\.000 +1 +0 +0 +1 +0  two")
        self.assertIn("2 pairs; 1 only in A, 2 only in B", text)

    def test_exit_status_for_continuous_integration(self):
        a, b = self.pair()
        self.run_compare(a, b, "--fail-above=5%", code=1)
        self.run_compare(a, b, "--fail-above=150%")
        self.run_compare(b, a, "--fail-above=5%")
        self.run_compare(a, a, "--fail-above=0%")

    def test_a_large_ratio_without_significance_does_not_fail(self):
        a = self.write("a.csv", row("one", [100, 400, 401]))
        b = self.write("b.csv", row("one", [399, 500, 501]))
        self.run_compare(a, b, "--fail-above=5%")

    def test_folders_and_json(self):
        self.write("results.csv", row("one", BASE))
        self.assertIn("1 pairs", self.run_compare(self.folder, self.folder))
        a = self.write_json("a.json", {"one": BASE, "two": BASE})
        b = self.write_json("b.json", {"one": [time + 50.5 for time in BASE], "two": BASE})
        text = self.run_compare(a, b, "--fail-above=5%", code=1)
        self.assertRegex(text, r"1\.486 .* slower  fwd/native/p/one/t1/warm")
        self.assertRegex(text, r"1\.000 .*  two")

    def test_unusable_files_say_why(self):
        a = self.write("a.csv", row("one", BASE))
        self.assertIn("No such file", self.run_compare(a, self.folder / "none.csv", code=2))
        self.assertIn("nothing in common", self.run_compare(a, self.write("b.csv", row("two", BASE)), code=2))
        wrong = self.folder / "wrong.csv"
        wrong.write_text("a,b\n1,2\n")
        self.assertIn("no column problem", self.run_compare(a, wrong, code=2))
        wrong.write_text("{not json")
        self.assertIn("not what Google Benchmark writes", self.run_compare(a, wrong, code=2))
        self.run_compare(a, a, "--fail-above=x", code=2)


if __name__ == "__main__":
    unittest.main()
