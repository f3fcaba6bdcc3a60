#!/usr/bin/python3
"""test_processes.py - what one process hands on to the next: repetitions (--join) and ceilings (--ceilings); and a run that has to be over
by a given time (--minutes)."""
# SPDX-License-Identifier: Apache-2.0

import csv
import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tool import SMALL, bench

OTHER = "g8mb1ic16oc16ih14kh3ph1"
FLAGS = ("--kernels=direct,naive_split", "--threads=1", "--benchmark_repetitions=4")


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def find(rows, problem, kernel):
    [row] = [row for row in rows if row["problem"].startswith(problem[:2]) and row["kernel"] == kernel]
    return row


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.first, self.second, self.third = (Path(folder.name) / name for name in ("first.csv", "second.csv", "third.csv"))


class Join(Folder):
    def test_repetitions_of_both_processes_make_one_row(self):
        bench(f"--problems={SMALL},{OTHER}", *FLAGS, f"--csv={self.first}")
        bench(f"--problems={SMALL}", *FLAGS, f"--join={self.first}", f"--csv={self.second}")
        before, after = read(self.first), read(self.second)
        self.assertEqual(len(after), len(before), "rows that were not measured again are taken over")
        for kernel in ("direct", "naive_split"):
            old, new = find(before, SMALL, kernel), find(after, SMALL, kernel)
            self.assertEqual((old["processes"], new["processes"], new["process_repetitions"]), ("1", "2", "4;4"))
            self.assertEqual(new["time_reps_ns"].split(";")[:4], old["time_reps_ns"].split(";"))
            times = sorted(float(ns) for ns in new["time_reps_ns"].split(";"))
            self.assertEqual((len(times), new["repetitions"]), (8, "8"))
            self.assertAlmostEqual(float(new["time_median_ns"]), (times[3] + times[4]) / 2, delta=0.1)
            earlier, own = new["process_medians_ns"].split(";")
            self.assertEqual(earlier, old["process_medians_ns"])
            self.assertNotEqual(own, "")
            self.assertEqual(find(after, OTHER, kernel), find(before, OTHER, kernel))

    def test_a_third_process(self):
        bench(f"--problems={SMALL}", *FLAGS, f"--csv={self.first}")
        bench(f"--problems={SMALL}", *FLAGS, f"--join={self.first}", f"--csv={self.second}")
        bench(f"--problems={SMALL}", *FLAGS, f"--join={self.second}", f"--csv={self.third}")
        two, three = find(read(self.second), SMALL, "direct"), find(read(self.third), SMALL, "direct")
        self.assertEqual((three["processes"], three["process_repetitions"], three["repetitions"]), ("3", "4;4;4", "12"))
        self.assertEqual(three["process_medians_ns"].split(";")[:2], two["process_medians_ns"].split(";"))

    def test_processes_that_differ_are_marked(self):
        """The earlier process is made three times as slow as it was, after the fact."""
        bench(f"--problems={SMALL}", *FLAGS, f"--csv={self.first}")
        self.change(self.first, time_reps_ns=lambda text: ";".join(f"{3 * float(ns):.1f}" for ns in text.split(";")))
        bench(f"--problems={SMALL}", *FLAGS, f"--join={self.first}", f"--csv={self.second}")
        row = find(read(self.second), SMALL, "naive_split")
        earlier, own = (float(ns) for ns in row["process_medians_ns"].split(";"))
        times = [float(ns) for ns in row["time_reps_ns"].split(";")]
        apart = min(times[:4]) > max(times[4:]) and earlier > 1.05 * own  # unless the machine was as slow just now
        self.assertEqual("processes" in row["marks"].split(), apart)

    def test_networks_and_their_steps(self):
        flags = ("--level=network", "--problems=alexnet", "--kernels=direct,im2col_gemm", "--threads=1", "--benchmark_repetitions=1")
        bench(*flags, f"--csv={self.first}")
        bench(*flags, f"--join={self.first}", f"--csv={self.second}")
        for row in read(self.second):
            self.assertEqual(row["processes"], "2" if row["level"] == "network" else "")
        steps = [row["kernel"] for row in read(self.second) if row["level"] == "network-layer" and row["kernel"] != "best"]
        self.assertEqual(len(steps), len([row for row in read(self.first) if row["level"] == "network-layer" and row["kernel"] != "best"]))

    def change(self, path, **changes):
        rows = read(path)
        for row in rows:
            row.update({column: change(row[column]) for column, change in changes.items()})
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def test_files_that_are_none(self):
        self.assertIn("--csv=", bench(f"--problems={SMALL}", *FLAGS, "--join=/dev/null", code=2).stderr)
        bench(f"--problems={SMALL}", *FLAGS, f"--csv={self.first}")
        whole, apart = self.first.read_bytes(), "row 2: its times, turns and process_repetitions do not belong together"

        def damaged(says):
            done = bench(f"--problems={SMALL}", *FLAGS, f"--join={self.first}", f"--csv={self.second}", code=2)
            self.assertIn(f"{self.first}: {says}", done.stderr)

        for column, change in [("process_repetitions", lambda text: "3"), ("process_repetitions", lambda text: ""),
                               ("time_reps_ns", lambda text: text + ";1"), ("time_reps_ns", lambda text: text.replace(";", ";-", 1)),
                               ("time_reps_ns", lambda text: ""), ("time_reps_turn", lambda text: "x")]:
            self.first.write_bytes(whole)
            self.change(self.first, **{column: change})
            damaged(apart)
        for text in (b"", b"a,b\n"):
            self.first.write_bytes(text)
            damaged("it does not begin with the columns of this version")
        self.first.unlink()
        damaged("No such file or directory")


class Ceilings(Folder):
    def measure(self, *flags, code=0):
        return bench(f"--problems={SMALL}", *FLAGS, f"--ceilings={self.first}", f"--csv={self.second}", "--verbose", *flags, code=code)

    def test_measured_once(self):
        self.assertEqual("ceilings: of this run", self.context(self.measure()))
        text = self.first.read_text(encoding="utf-8")
        self.assertRegex(text, r"\A# gconv-ceilings 2: .*\n(peak|bandwidth|speed) \w+ t1 ")
        self.first.write_text(re.sub(r"bandwidth l3 t1 .*", "bandwidth l3 t1 12345", text), encoding="utf-8")
        self.assertIn("earlier run", self.context(self.measure()))
        self.assertIn("bandwidth l3 t1 12345", self.first.read_text(encoding="utf-8"), "what was adopted is handed on")

    def context(self, done):
        [line] = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("ceilings: ")]
        return line

    def test_other_thread_counts_are_measured(self):
        self.measure()
        self.assertIn("of this run", self.context(self.measure("--threads=1,2")))
        self.assertIn(" t2 ", self.first.read_text(encoding="utf-8"))

    def test_files_that_are_none(self):
        self.measure()
        text = self.first.read_text(encoding="utf-8")
        cases = [("", "not of this processor"), ("# gconv-ceilings 2: another\n", "not of this processor"),
                 (text + "peak fast t1 12\n", "no figure: 'peak fast t1 12'"), (text + "peak avx2 t1 nan\n", "no figure"),
                 (text + "peak avx2 t1 12 more\n", "no figure")]
        for damaged, says in cases:
            self.first.write_text(damaged, encoding="utf-8")
            self.assertIn(says, self.measure(code=2).stderr)


class Minutes(Folder):
    def test_over_in_time(self):
        """What does not fit is named; each of what runs is complete."""
        command = [os.environ["GCONV_BENCH"], "--problems=seed", "--kernels=naive_split,direct", "--threads=1", "--minutes=0.03", f"--csv={self.first}"]
        begin = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        took, rows = time.monotonic() - begin, read(self.first)
        if took > 1.8:
            self.assertRegex(done.stderr, r"time is up \(--minutes=0.03\): \d+ of 6 problems were not run")
        self.assertLess(len(rows), 12)
        for row in rows:
            self.assertGreaterEqual(int(row["repetitions"]), 3)

    def test_rounds(self):
        done = subprocess.run([os.environ["GCONV_BENCH"], f"--problems={SMALL}", "--kernels=naive_split", "--threads=1", "--rounds=5",
                               "--precision=1000", f"--csv={self.first}"], capture_output=True, text=True, check=True)
        self.assertGreaterEqual(int(read(self.first)[0]["repetitions"]), 5, done.stderr)

    def test_bad_values(self):
        for flag in ("--minutes=0", "--minutes=nan", "--minutes=x", "--rounds=0", "--rounds=1.5", "--rounds=99999999999"):
            self.assertIn(flag.split("=")[0], bench(f"--problems={SMALL}", flag, code=2).stderr)

    def test_time_is_accounted_for(self):
        done = bench(f"--problems={SMALL}", *FLAGS)
        found = re.search(r"(\d+) s, (\d+) % of them in repetitions that count \((.*)\)", done.stderr)
        self.assertTrue(found, done.stderr)
        shares = [int(share) for share in re.findall(r"(\d+) %", found[3])]
        self.assertTrue(80 <= sum(shares) <= 104, found[0])
        self.assertEqual(shares, sorted(shares, reverse=True))


if __name__ == "__main__":
    unittest.main()
