#!/usr/bin/python3
"""test_output.py - what is timed is right as well: kernels that pass their check and compute something else when timed are failed rows."""
# SPDX-License-Identifier: Apache-2.0

import csv
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from tool import SMALL, rows

CALLS = ["--benchmark_repetitions=2", "--benchmark_min_time=150x", "--progress=none", "--threads=1"]


def mutant(fault, *flags, code):
    """The rows, by cache, of a wrong kernel."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        done = subprocess.run([os.environ["GCONV_BENCH_MUTANTS"], *CALLS, f"--problems={SMALL}", f"--kernels=mutant@{fault}", f"--csv={path}", *flags],
                              capture_output=True, text=True)
        assert done.returncode == code, f"exit code {done.returncode}:\n{done.stderr}"
        with path.open(newline="", encoding="utf-8") as file:
            return {row["cache"]: row for row in csv.DictReader(file)}


class WrongWhenTimed(unittest.TestCase):
    def failed(self, row, *says):
        self.assertEqual((row["status"], row["time_median_ns"]), ("failed", ""), row)
        for text in ("right when checked, wrong when timed: dst[n 0, c 0, h 0, w 0] of copy ", *says):
            self.assertIn(text, row["reason"])

    def test_nothing_is_computed_again(self):
        self.failed(mutant("skips_repeats", code=1)["warm"], "copy 0 is nan", "(3136 of 3136 elements are wrong)")

    def test_results_go_to_another_copy(self):
        found = mutant("writes_first_copy", "--cache=warm,cold", code=1)
        self.assertEqual(found["warm"]["status"], "ok")
        self.failed(found["cold"], "is nan")

    def test_the_last_calls_clear_the_result(self):
        self.failed(mutant("tires", code=1)["warm"], "copy 0 is 0, was")

    def test_every_50th_call(self):
        row = mutant("every_50th", "--problems=g2mb1ic4oc4ih5kh3ph1", code=1)["warm"]
        self.assertEqual((row["status"], row["time_median_ns"]), ("failed", ""), row)
        self.assertIn("right when checked, wrong when timed: dst[", row["reason"])

    def test_nets(self):
        """Right in the run that is verified, and in the one after it."""
        for flags in ([], ["--pass=train"]):
            row = mutant("tires", "--level=block", "--problems=shufflenet_g3", *flags, code=1)["warm"]
            self.assertEqual((row["status"], row["time_median_ns"]), ("failed", ""), row)
            self.assertIn("right when verified, wrong when timed: value ", row["reason"])


class RightWhenTimed(unittest.TestCase):
    def test_a_right_kernel_passes_in_all_states(self):
        found = mutant("none", "--cache=warm,cold,cold-weights", code=0)
        self.assertEqual([row["status"] for row in found.values()], ["ok"] * 3)

    def test_all_directions_layouts_and_numbers(self):
        """Channels that leave the last block of a layout half empty, gradients that are packed, threads that flush."""
        for flags in (["--dir=fwd,bwd_d,bwd_w", "--layout=native,nchw,nhwc", "--cache=warm,cold,cold-weights"], ["--data=denormal,flushed"]):
            _, found = rows("--problems=g2mb2ic18oc22ih9kh3ph1,g24mb1ic24oc24ih9kh3ph1sh2", "--threads=1,2", "--benchmark_min_time=3x", *flags)
            self.assertGreater(sum(row["status"] == "ok" for row in found), 30)
            self.assertEqual([row["reason"] for row in found if row["status"] == "failed"], [])


class Errors(unittest.TestCase):
    def test_units_common_to_all_kernels(self):
        """A sum is allowed gamma_K * sum |a||b| and no more; Winograd more, so its share says nothing beside a sum's."""
        _, found = rows("--problems=mb1ic16oc16ih14kh3ph1", "--kernels=direct,winograd_f6", "--threads=1", "--benchmark_min_time=3x")
        of = {row["kernel"]: {unit: float(row[unit]) for unit in ("err", "err_gamma", "err_rms")} for row in found}
        self.assertEqual(of["direct"]["err"], of["direct"]["err_gamma"])
        self.assertGreater(of["winograd_f6"]["err_gamma"], 5 * of["winograd_f6"]["err"])
        self.assertGreater(of["winograd_f6"]["err_gamma"], of["direct"]["err_gamma"])
        self.assertGreater(of["winograd_f6"]["err_rms"], of["direct"]["err_rms"])
        self.assertLess(of["winograd_f6"]["err_rms"], 1e-4)


if __name__ == "__main__":
    unittest.main()
