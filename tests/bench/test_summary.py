#!/usr/bin/python3
"""test_summary.py - what gconv-bench tells people: a table a problem, fastest first, that says what the CSV says; a head; skips counted at
the end. And nothing of it where a program reads."""
# SPDX-License-Identifier: Apache-2.0

import csv
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tool import SMALL, bench, rows

WIDTH = 100
DENSE = "g1mb1ic16oc16ih14kh3ph1"
KERNELS = "direct,im2col_gemm,naive_split,depthwise_sum,winograd_f2,winograd_f4"
SIX = ("--benchmark_repetitions=6",)  # the fewest with an interval
FIGURES = re.compile(r"^(?P<kernel>(?:[abc] )?\S+) +(?P<median>[\d.]+) +(?P<low>[\d.]+|-)\.\.(?P<high>[\d.]+|-) *(?P<sign>[ ≈~?]) +(?P<ratio>[\d.]+) +"
                     r"(?P<peak>[\d.]+) +(?P<second>[\d.]+) (?P<roof>\w*) +(?P<reps>\d+)(?:  (?P<marks>.*))?$")


def tables(text):
    """{heading: (unit, rows as dictionaries, other lines)}"""
    found = {}
    for part in text.split("\n\n")[1:]:
        heading, *lines = part.splitlines()
        unit = next((line.split()[2] for line in lines if line.startswith("kernel ")), None)
        matches = [FIGURES.match(line) for line in lines]
        found[heading] = unit, [match.groupdict() for match in matches if match], [line for line, match in zip(lines, matches) if not match]
    return found


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.done, cls.rows = rows(f"--problems={SMALL}", f"--kernels={KERNELS}", "--threads=1,2", "--layout=native,nchw", *SIX)
        cls.tables = tables(cls.done.stdout)

    def test_one_for_what_can_be_compared(self):
        text = self.rows[0]["problem"]
        self.assertEqual(list(self.tables), [f"fwd {layout} {text}, {threads}, warm" for layout, threads in
                                             (("native", "1 thread"), ("nchw", "1 thread"), ("native", "2 threads"), ("nchw", "2 threads"))])

    def test_rows_are_those_of_the_csv_fastest_first(self):
        units = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
        for heading, (unit, shown, _) in self.tables.items():
            layout, threads = heading.split()[1], heading.split(", ")[1].split()[0]
            expected = sorted((row for row in self.rows if (row["layout"], row["threads"], row["status"]) == (layout, threads, "ok")),
                              key=lambda row: float(row["time_median_ns"]))
            self.assertEqual([row["kernel"] for row in shown], [row["kernel"] for row in expected])
            fastest = expected[0]
            for line, row in zip(shown, expected):
                median = float(row["time_median_ns"])
                for name, column in (("median", "time_median_ns"), ("low", "time_ci_lo_ns"), ("high", "time_ci_hi_ns")):
                    self.assertAlmostEqual(float(line[name]) * units[unit] / float(row[column]), 1, delta=2e-3)
                self.assertAlmostEqual(float(line["ratio"]) / (median / float(fastest["time_median_ns"])), 1, delta=6e-3)
                for name, column in (("peak", "pct_peak"), ("second", "pct_roof")):
                    self.assertAlmostEqual(float(line[name]), float(row[column]), delta=6e-3 * max(1, float(row[column])))
                self.assertEqual((line["roof"], line["reps"]), (row["roof"], row["repetitions"]))
                self.assertEqual((line["marks"] or "").split()[:1], row["marks"].split()[:1])
                overlaps = float(row["time_ci_lo_ns"]) <= float(fastest["time_ci_hi_ns"]) and row is not fastest
                self.assertEqual(line["sign"] in "≈~", overlaps, (line, row, fastest))

    def test_every_mark_is_there_and_no_line_is_wide(self):
        words = lambda text: sorted(re.findall(r"\b(?:slow|loads|interrupted|moved|foreign|steal|faults|pages|processes|oversubscribed)\b", text))
        self.assertEqual(words(self.done.stdout), words(" ".join(row["marks"] for row in self.rows)))
        self.assertLessEqual(max(map(len, self.done.stdout.splitlines())), WIDTH)
        self.assertNotIn("\x1b", self.done.stdout)


class Locale(unittest.TestCase):
    def test_ascii_where_the_terminal_has_no_more(self):
        for name, sign in (("C", "~"), ("C.UTF-8", "≈")):
            done = subprocess.run([os.environ["GCONV_BENCH"], f"--problems={SMALL}", "--kernels=direct", "--threads=1", "--benchmark_min_time=0"],
                                  capture_output=True, encoding="utf-8", env={**os.environ, "LC_ALL": name}, check=True)
            self.assertIn(f"\n{sign} before a ratio", done.stdout)


class FewRepetitions(unittest.TestCase):
    def test_no_interval_no_verdict(self):
        for _, shown, _ in tables(bench(f"--problems={SMALL}", "--kernels=direct,naive_split", "--threads=1", "--benchmark_repetitions=5").stdout).values():
            self.assertEqual([(line["low"], line["high"], line["sign"]) for line in shown], [("-", "-", " "), ("-", "-", "?")])


class Nets(unittest.TestCase):
    def test_forms_of_a_block_beside_each_other(self):
        done, found = rows("--level=block", "--problems=table2_8x14d", "--kernels=direct,im2col_gemm", "--threads=1")
        (heading, (_, shown, _)), = tables(done.stdout).items()
        self.assertEqual(heading, "block table2_8x14d, batch 1, infer, 1 thread")
        expected = sorted(found, key=lambda row: float(row["time_median_ns"]))
        self.assertEqual([line["kernel"] for line in shown], [f"{row['form']} {row['kernel']}" for row in expected])
        for line, row in zip(shown, expected):
            self.assertAlmostEqual(float(line["second"]) / float(row["images_per_s"]), 1, delta=6e-3)

    def test_a_table_a_network(self):
        done = bench("--level=network", "--problems=mobilenet_v1,alexnet", "--kernels=direct", "--threads=1", "--budget=0.1")
        self.assertEqual([heading.split()[1].rstrip(",") for heading in tables(done.stdout)], ["alexnet", "mobilenet_v1"])


class Failures(unittest.TestCase):
    def mutants(self, *flags):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            done = subprocess.run([os.environ["GCONV_BENCH_MUTANTS"], f"--problems={SMALL}", "--threads=1", "--benchmark_repetitions=2",
                                   "--benchmark_min_time=150x", "--kernels=mutant@tires,mutant@none", f"--csv={path}", *flags],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, done.stderr)
            with path.open(newline="", encoding="utf-8") as file:
                return done, list(csv.DictReader(file))

    def test_below_what_was_timed_with_the_reason(self):
        for flags in ((), ("--isolate",)):
            done, found = self.mutants(*flags)
            (_, (_, shown, others)), = tables(done.stdout).items()
            self.assertEqual(len(shown), len([row for row in found if row["status"] == "ok"]), done.stdout)
            reason, = [row["reason"] for row in found if row["status"] == "failed"]
            self.assertIn(f"FAILED mutant@tires: {reason}", " ".join(others).replace("  ", " "))
            self.assertLessEqual(max(map(len, done.stdout.splitlines())), WIDTH)


class Skips(unittest.TestCase):
    FLAGS = (f"--problems={SMALL},g2mb1ic8oc8ih9kh3ph1,g1mb1ic8oc8ih9kh3ph1sh2", "--kernels=direct,winograd_f2,depthwise_*", "--threads=1")

    def test_counted_by_kernel_and_reason(self):
        done, found = rows("--dir=fwd,bwd_w", *self.FLAGS[:1], "--threads=1", "--kernels=winograd_f2,depthwise_sum,merged_gemm@m3,direct")
        skipped = [row for row in found if row["status"] == "skipped"]
        self.assertGreater(len(skipped), 2)
        lines = [line for line in done.stderr.splitlines() if line.startswith("skipped: ")]
        kernels = list(dict.fromkeys(row["kernel"] for row in skipped))
        self.assertEqual(len(lines), len(kernels), done.stderr)
        for line, kernel in zip(sorted(lines), sorted(kernels)):
            reasons = [row["reason"] for row in skipped if row["kernel"] == kernel]
            self.assertTrue(line.startswith(f"skipped: {kernel} {len(reasons)} ("), line)
            if len(set(reasons)) == 1:
                self.assertEqual(line, f"skipped: {kernel} {len(reasons)} ({reasons[0]})")
            for reason in list(dict.fromkeys(sorted(reasons, key=reasons.count, reverse=True)))[:3]:
                self.assertIn(reason, line)

    def test_isolated_processes_are_counted_as_well(self):
        done, found = rows(*self.FLAGS, "--isolate")
        count = sum(row["status"] == "skipped" for row in found)
        lines = [line for line in done.stderr.splitlines() if line.startswith("skipped: ")]
        self.assertEqual(sum(int(line.split()[2]) for line in lines), count)

    def test_each_when_it_happens(self):
        done, found = rows(*self.FLAGS, "--verbose")
        count = sum(row["status"] == "skipped" for row in found)
        self.assertEqual(len(re.findall(r"^skipped: fwd/native/", done.stderr, re.M)), count)
        self.assertGreater(count, 0)


class Head(unittest.TestCase):
    def test_ceilings_and_whom_to_trust(self):
        done = bench(f"--problems={SMALL}", "--kernels=direct", "--threads=1,2")
        head = done.stdout.split("\n\n")[0]
        self.assertRegex(head, r"\Agconv [\d.]+ on .+, with \w+\nthreads  peak GFLOP/s +l1 +l2 +l3  memory GB/s  cpus\n +1 ( +[\d.]+){5} +0.*\n +2 ")
        self.assertRegex(head, r"\nthe harness takes [\d.]+ ns a call; clock trusted: (yes|no: .*)\n")
        self.assertNotIn("DEBUG", done.stdout + done.stderr)
        self.assertNotIn("CPU Caches", done.stdout + done.stderr)

    def test_one_line_where_the_ceilings_are_known(self):
        with tempfile.TemporaryDirectory() as folder:
            flags = (f"--problems={SMALL}", "--kernels=direct", "--threads=1", f"--ceilings={folder}/ceilings")
            bench(*flags)
            self.assertRegex(bench(*flags).stdout, r"\Agconv [\d.]+, ceilings: .*of an earlier run.*\n\nfwd native")


class OtherDisplays(unittest.TestCase):
    FLAGS = (f"--problems={SMALL}", "--kernels=direct", "--threads=1")

    def test_the_librarys_own_with_verbose(self):
        self.assertNotIn("/direct/t1/warm", bench(*self.FLAGS).stdout)
        done = bench(*self.FLAGS, "--verbose")
        self.assertRegex(done.stdout, r"fwd/native/.*/direct/t1/warm +[\d.]+ us")
        self.assertEqual(len(tables(done.stdout)), 1)
        self.assertIn("harness_ns_per_iteration: ", done.stderr)

    def test_formats_for_programs_are_theirs_alone(self):
        report = json.loads(bench(*self.FLAGS, "--benchmark_format=json").stdout)
        self.assertIn("harness_ns_per_iteration", report["context"])
        self.assertTrue(report["benchmarks"][0]["name"].endswith("/direct/t1/warm"))
        self.assertTrue(bench(*self.FLAGS, "--benchmark_format=csv").stdout.startswith("name,iterations,"))
        with tempfile.TemporaryDirectory() as folder:
            bench(*self.FLAGS, f"--benchmark_out={folder}/out.json")
            report = json.loads(Path(f"{folder}/out.json").read_text(encoding="utf-8"))
            self.assertTrue(report["benchmarks"][0]["name"].endswith("/direct/t1/warm"))

    def test_a_value_is_refused(self):
        self.assertIn("--verbose: takes no value, '2' was given", bench("--verbose=2", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
