#!/usr/bin/python3
"""test_repetitions.py - gconv-bench repeats until it is precise or out of budget, and its rows say how undisturbed they are."""
# SPDX-License-Identifier: Apache-2.0

import csv
import json
import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tool import SMALL, bench, rows

FLAGS = (f"--problems={SMALL}", "--kernels=direct,naive_split", "--threads=1")
COLUMNS = ["time_ci_lo_ns", "time_ci_hi_ns", "discarded", "slow", "page_faults", "switches", "waited_ns", "steal_ns", "marks"]


class Repetitions(unittest.TestCase):
    def test_a_number_asked_for_is_kept_to(self):
        for row in rows(*FLAGS, "--benchmark_repetitions=7", "--precision=0.001")[1]:
            times = [float(time) for time in row["time_reps_ns"].split(";")]
            self.assertEqual((row["repetitions"], row["discarded"], len(times)), ("7", "0", 7))

    def test_interval_lies_around_the_median(self):
        for row in rows(*FLAGS, "--benchmark_repetitions=9")[1]:
            if int(row["repetitions"]) >= 6:
                low, median, high = (float(row[c]) for c in ("time_ci_lo_ns", "time_median_ns", "time_ci_hi_ns"))
                self.assertTrue(float(row["time_min_ns"]) <= low <= median <= high)

    def test_few_repetitions_have_no_interval(self):
        for row in rows(*FLAGS)[1]:
            self.assertEqual((row["repetitions"], row["time_ci_lo_ns"], row["time_ci_hi_ns"]), ("1", "", ""))

    def test_columns_follow_the_contract(self):
        row = rows(*FLAGS)[1][0]
        names = list(row)
        self.assertGreater(names.index(COLUMNS[0]), names.index("reason"))
        self.assertEqual([name for name in names if name in COLUMNS], COLUMNS)
        for name in ("intensity", "attainable_gflops", "roof", "pct_roof", "page_faults", "switches"):
            self.assertNotEqual(row[name], "", name)
        self.assertLessEqual(float(row["attainable_gflops"]), float(row["peak_gflops"]))

    def test_turns_follow_from_the_seed(self):
        """Rounds in which each benchmark has one repetition, in an order that the seed decides and the environment names."""
        def turns(*more):
            return {row["kernel"]: [int(turn) for turn in row["time_reps_turn"].split(";")]
                    for row in rows("--kernels=direct,naive_split,im2col_gemm", *FLAGS[::2], "--benchmark_repetitions=12", *more)[1]}

        one, again, two = turns("--seed=1"), turns("--seed=1"), turns("--seed=2")
        self.assertEqual(one, again)
        self.assertNotEqual(one, two)
        for found in (one, two):
            self.assertEqual(sorted(turn for list_ in found.values() for turn in list_), list(range(1, 37)))
            for list_ in found.values():
                self.assertEqual([(turn - 1) // 3 for turn in list_], list(range(12)))
        self.assertEqual(sorted(turns("--benchmark_enable_random_interleaving=false").values()),
                         [list(range(first, first + 12)) for first in (1, 13, 25)])
        self.assertRegex(bench(*FLAGS, "--seed=5", "--verbose").stderr, "interleaving: rounds of one repetition of each .* from seed 5")

    def test_precision_must_be_a_share(self):
        for wrong in ("0", "-1", "x", "", "inf", "5%%"):
            self.assertIn("--precision", bench(*FLAGS, f"--precision={wrong}", code=2).stderr)


@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "there is one CPU only")
class Moved(unittest.TestCase):
    def test_threads_that_are_not_where_they_were_are_marked(self):
        first, second = sorted(os.sched_getaffinity(0))[:2]
        with tempfile.TemporaryDirectory() as folder:
            table, environment = Path(folder) / "rows.csv", Path(folder) / "environment.json"
            flags = [f"--problems={SMALL}", "--kernels=direct", "--threads=1", "--benchmark_repetitions=200", "--benchmark_min_time=0.01s",
                     "--progress=none", f"--csv={table}", f"--environment={environment}"]
            process = subprocess.Popen([os.environ["GCONV_BENCH"], *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env={**os.environ, "OMP_PROC_BIND": "false"},
                                       preexec_fn=lambda: os.sched_setaffinity(0, {first}))
            end = time.monotonic() + 60
            while not environment.exists() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            for thread in os.listdir(f"/proc/{process.pid}/task"):
                os.sched_setaffinity(int(thread), {second})
            self.assertEqual(process.wait(timeout=120), 0)
            with table.open(newline="", encoding="utf-8") as file:
                row, = csv.DictReader(file)
            self.assertEqual(json.loads(environment.read_text(encoding="utf-8"))["run"]["pinned_t1"], f"no, cpus {first}")
            self.assertEqual(row["cpus"], str(first))
            self.assertIn("moved", row["marks"].split())


if __name__ == "__main__":
    unittest.main()
