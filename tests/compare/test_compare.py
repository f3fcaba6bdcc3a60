#!/usr/bin/python3
"""test_compare.py - scripts/compare: its test against scipy's, its verdicts and exit codes on runs made up here."""
# SPDX-License-Identifier: Apache-2.0

import csv
import gzip
import importlib.machinery
import importlib.util
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COMPARE = Path(__file__).parent.parent.parent / "scripts" / "compare"
sys.dont_write_bytecode = True
sys.path.insert(0, str(COMPARE.parent))  # where the script itself finds its modules
loader = importlib.machinery.SourceFileLoader("compare", str(COMPARE))
compare = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare", loader))
loader.exec_module(compare)

SCIPY = json.loads(Path(__file__).with_name("scipy.json").read_text(encoding="utf-8"))  # made by scipy_values.py

BASE = [100, 101, 102, 103, 104, 105, 106, 107, 108]
COLUMNS = [*compare.KEY, "status", "time_median_ns", "time_reps_ns", "marks", "level", "name"]


def row(kernel, times, status="ok", problem="p", marks="", level="layer", name=""):
    return [problem, "fwd", "native", kernel, "1", "warm", status, times[len(times) // 2], ";".join(map(str, times)), marks, level, name]


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
        self.assertRegex(text, r"2\.005 +1 +1 +0 +0 +0 +0  one")
        self.assertRegex(text, r"1\.000 +1 +0 +0 +1 +0 +0  two")
        self.assertIn("2 pairs; 1 only in A, 2 only in B", text)

    def test_exit_status_for_continuous_integration(self):
        a, b = self.pair()
        self.run_compare(a, b, "--fail-above=5%", "--allow-missing", code=1)
        self.run_compare(a, b, "--fail-above=150%", "--allow-missing")
        self.run_compare(a, a, "--fail-above=0%")
        self.run_compare(a, b)

    def test_what_failed_or_is_gone_fails_the_gate(self):
        a, b = self.pair()
        text = self.run_compare(a, b, "--fail-above=150%", code=1)
        self.assertIn("not in B: p fwd native gone 1 warm\n", text)
        text = self.run_compare(b, a, "--fail-above=5%", "--allow-missing", code=1)
        self.assertIn("failed in B: p fwd native bad 1 warm: no reason given\n", text)
        self.assertNotIn("not in B", text)
        self.assertIn("not in B: p fwd native new 1 warm\n", self.run_compare(b, a, "--fail-above=5%", code=1))
        everything = self.write("c.csv", row("one", BASE, "failed"))
        self.run_compare(self.write("d.csv", row("one", BASE)), everything, "--fail-above=5%", code=1)

    def test_times_that_are_none(self):
        a = self.write("a.csv", row("zero", BASE), row("one", BASE))
        for time in ("nan", "0", "-5", "inf", "Infinity", "", "x", "1e999"):
            b = self.write("b.csv", row("zero", BASE), row("one", [time]))
            self.assertEqual(self.run_compare(a, b, "--fail-above=5%", code=2), f"compare: {b}:3: {time!r} is no time\n")
            self.assertIn("is no time", self.run_compare(b, a, code=2))
        for time in ("1e-308", "1e308"):  # their ratio is no number
            self.assertIn(f"{time!r} is no time", self.run_compare(a, self.write("b.csv", row("one", [time])), code=2))
        bad = self.write_json("bad.json", {"one": [1, math.nan]})
        self.assertIn("benchmarks[1]: nan is no time", self.run_compare(bad, bad, code=2))

    def test_a_row_gone_from_one_of_several_runs_fails_the_gate(self):
        both, one = self.write("a.csv", row("one", BASE), row("two", BASE)), self.write("b.csv", row("one", BASE))
        text = self.run_compare(f"{both},{both}", f"{both},{one}", "--fail-above=5%", code=1)
        self.assertIn("not in 1 of 2 runs of B: p fwd native two 1 warm\n", text)
        self.run_compare(f"{both},{both}", f"{both},{one}", "--fail-above=5%", "--allow-missing")
        self.run_compare(f"{both},{one}", f"{both},{both}", "--fail-above=5%")

    def test_files_that_are_cut_off_or_odd(self):
        a = self.write("a.csv", row("one", BASE))
        odd = self.folder / "odd.csv"
        for text, said in (("q,fwd,native", ":3: fewer fields"), (",".join(["x"] * (len(COLUMNS) + 1)), ":3: more fields"),
                           (",".join(map(str, row("one", BASE, "done"))), ":3: 'done' is no status")):
            odd.write_text(a.read_text() + text)
            self.assertIn(f"compare: {odd}{said}", self.run_compare(a, odd, code=2))
        odd.write_text('{"a":' * 100000)
        self.assertIn("not what Google Benchmark writes", self.run_compare(a, odd, code=2))
        odd.write_bytes(b"\xef\xbb\xbf" + a.read_bytes())
        self.assertIn("1 pairs", self.run_compare(a, odd))
        many = self.write("many.csv", row("one", ["12345.5"] * 20000))  # longer than the csv module takes unless told
        self.assertIn("1 pairs", self.run_compare(a, many))

    def test_output_that_nobody_can_have(self):
        a, b = self.pair()
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([COMPARE, a, b], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, done.stderr), (2, "compare: standard output: No space left on device\n"))
            helped = subprocess.run([COMPARE, "--help"], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((helped.returncode, helped.stderr), (2, "compare: standard output: No space left on device\n"))
            self.assertEqual(subprocess.run([COMPARE, a, "none.csv"], stderr=full).returncode, 2)
            self.assertEqual(subprocess.run([COMPARE, a], stderr=full).returncode, 2)
        closed = subprocess.run(["sh", "-c", '"$0" "$1" "$2" >&-', COMPARE, a, b], stderr=subprocess.PIPE, text=True)
        self.assertEqual((closed.returncode, closed.stderr), (2, "compare: standard output: Bad file descriptor\n"))
        name = self.write("name.csv", row("one", BASE, problem="\u00e9"))
        ascii_only = subprocess.run([COMPARE, name, name, "--all"], stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": "ascii"})
        self.assertEqual(ascii_only.returncode, 0)
        self.assertIn(b"\\xe9 fwd native one", ascii_only.stdout)
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([COMPARE, a, b, "--fail-above=5%"], stdout=write, stderr=subprocess.PIPE, text=True)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (1, ""), "the verdict stands, whoever reads it")

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

    def test_packed_files(self):
        """As runs are kept: results.csv.gz in a folder, or named; and Google Benchmark's JSON."""
        a, b = self.pair()
        expected = self.run_compare(a, b)
        for path, kept in ((a, self.folder / "kept" / "results.csv.gz"), (self.write_json("a.json", {"one": BASE}), self.folder / "a.json.gz")):
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(gzip.compress(path.read_bytes()))
        self.assertEqual(self.run_compare(self.folder / "kept", b), expected)
        self.assertEqual(self.run_compare(self.folder / "kept" / "results.csv.gz", b), expected)
        self.assertIn("1 pairs; 0 only in A", self.run_compare(self.folder / "a.json.gz", self.folder / "a.json"))
        (self.folder / "cut.csv.gz").write_bytes(gzip.compress(a.read_bytes())[:-9])
        self.assertIn("cut.csv.gz: ", self.run_compare(self.folder / "cut.csv.gz", b, code=2))

    def test_disturbed_measurements_decide_nothing(self):
        slower = [2 * time + 0.5 for time in BASE]
        a = self.write("a.csv", row("one", BASE), row("one", BASE, problem="q"), row("one", BASE, problem="r"))
        b = self.write("b.csv", row("one", slower, marks="interrupted"), row("one", BASE, problem="q"), row("one", BASE, problem="r", marks="faults"))
        text = self.run_compare(a, b, "--fail-above=5%")
        self.assertRegex(text, r"1\.000 +3 +0 +0 +2 +0 +1  one")
        self.assertRegex(self.run_compare(a, b, "--all"), r"2\.005 .* marked  p fwd")
        self.assertRegex(self.run_compare(a, b, "--fail-above=5%", "--with-marked", code=1), r"slower  p fwd")
        self.assertRegex(self.run_compare(self.write("c.csv", row("one", BASE)), b), r"nan +1 +0 +0 +0 +0 +1  one")

    def test_several_runs_a_side(self):
        """Each run agrees with itself, but runs of one program differ as much: only their medians say so."""
        def runs(name, *offsets):
            paths = [self.write(f"{name}{i}.csv", row("one", [time * (1 + offset) for time in BASE])) for i, offset in enumerate(offsets)]
            return ",".join(map(str, paths))

        a, b = runs("a", 0, 0.1, 0.2, 0.3), runs("b", 0.15, 0.05, 0.25, 0.16)
        self.assertIn("slower  p fwd", self.run_compare(self.folder / "a0.csv", self.folder / "b0.csv"))
        self.assertRegex(self.run_compare(a, b), r"1 +0 +0 +1 +0 +0  one")
        self.assertRegex(self.run_compare(a, runs("c", 0.31, 0.41, 0.51, 0.4), "--fail-above=5%", code=1), r"1 +1 +0 +0 +0 +0  one")
        self.assertRegex(self.run_compare(runs("d", 0, 0.1), runs("e", 1, 1.1)), r"1 +0 +0 +0 +1 +0  one")  # two against two never are

    def test_layers_inside_networks_are_told_apart(self):
        def network(conv_a, conv_b):
            return [row("one", [conv_a], level="network-layer", name="net:a"), row("one", [conv_b], level="network-layer", name="net:b")]

        text = self.run_compare(self.write("a.csv", *network(100, 100)), self.write("b.csv", *network(110, 130)), "--all")
        self.assertRegex(text, r"1\.300 .* network-layer net:b")
        self.assertRegex(text, r"1\.100 .* network-layer net:a")

    def test_other_machines_and_builds_are_said(self):
        for name, model in (("a", "Zen 4"), ("b", "Zen 5")):
            (self.folder / name).mkdir()
            self.write(f"{name}/results.csv", row("one", BASE))
            (self.folder / name / "environment.json").write_text(json.dumps({"cpu": {"model": model}, "build": {"commit": "same"}}))
        self.assertIn("A and B differ in cpu.model: Zen 4 | Zen 5\n", self.run_compare(self.folder / "a", self.folder / "b"))
        self.assertNotIn("build.commit", self.run_compare(self.folder / "a", self.folder / "b"))

    def test_unusable_files_say_why(self):
        a = self.write("a.csv", row("one", BASE))
        self.assertIn("No such file", self.run_compare(a, self.folder / "none.csv", code=2))
        self.assertIn("nothing in common", self.run_compare(a, self.write("b.csv", row("two", BASE)), code=2))
        wrong = self.folder / "wrong.csv"
        wrong.write_text("a,b\n1,2\n")
        self.assertIn("no column problem", self.run_compare(a, wrong, code=2))
        wrong.write_text(json.dumps({"benchmarks": [{"name": "a_mean", "run_type": "aggregate", "real_time": 1}]}))
        self.assertIn("holds aggregates only", self.run_compare(wrong, wrong, code=2))
        self.run_compare(a, a, "--alpha=nan", code=2)
        wrong.write_text("{not json")
        self.assertIn("not what Google Benchmark writes", self.run_compare(a, wrong, code=2))
        self.run_compare(a, a, "--fail-above=x", code=2)


if __name__ == "__main__":
    unittest.main()
