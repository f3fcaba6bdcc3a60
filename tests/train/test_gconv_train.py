#!/usr/bin/python3
"""test_gconv_train.py - a short training by every kernel: the loss falls, stays within the bound, and depends neither on the run nor on
the number of threads; and what is wrong is noticed."""
# SPDX-License-Identifier: Apache-2.0

import csv
import os
import subprocess
import tempfile
import unittest
from collections import defaultdict
from pathlib import Path

STEPS, BATCH = 60, 8


def train(*flags, code=0):
    done = subprocess.run([os.environ["GCONV_TRAIN"], *flags], capture_output=True, text=True, check=False)
    assert done.returncode == code, f"exit code {done.returncode}:\n{done.stdout}{done.stderr}"
    return done


def trainings(*flags):
    """Losses of each kernel and number of threads, all rows, and the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        done = train(f"--csv={path}", f"--steps={STEPS}", f"--mb={BATCH}", *flags)
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    losses = defaultdict(list)
    for row in rows:
        losses[row["kernel"], row["threads"]].append(row["loss"])
    return losses, rows, done.stdout


class AllKernels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.losses, cls.rows, cls.table = trainings("--threads=1,2")

    def test_every_kernel_has_a_line(self):
        known = subprocess.run([os.environ["GCONV_TRAIN"], "--kernels=list"], capture_output=True, text=True, check=True).stdout
        names = {line.split()[0] for line in known.splitlines() if "not available" not in line}
        self.assertEqual({kernel for kernel, _ in self.losses}, names)
        self.assertTrue(all(len(losses) == STEPS for losses in self.losses.values()))

    def test_losses_fall(self):
        for key, losses in self.losses.items():
            first, last = (sum(float(loss) for loss in part) for part in (losses[:8], losses[-8:]))
            self.assertLess(last, 0.9 * first, key)

    def test_losses_are_within_the_bound_which_says_something(self):
        for row in self.rows:
            off = abs(float(row["loss"]) - float(row["reference_loss"]))
            self.assertLessEqual(off, float(row["bound"]), row)
        sums = [row for row in self.rows if row["kernel"] == "naive_split"]
        self.assertLess(max(float(row["bound"]) for row in sums), 0.05)
        self.assertGreater(max(abs(float(row["loss"]) - float(row["reference_loss"])) for row in sums), 0)

    def test_threads_change_no_bit_where_that_is_promised(self):
        promised = {row["kernel"] for row in self.rows} - {row["kernel"] for row in self.rows if row["deterministic"] == "0"}
        self.assertLess({"direct", "naive_split"}, promised)
        for kernel in promised:
            self.assertEqual(self.losses[kernel, "1"], self.losses[kernel, "2"], kernel)

    def test_fallbacks_are_said(self):
        plans = {row["kernel"]: row["plan"] for row in self.rows}
        self.assertIn("(fallbacks)", plans["depthwise_sum"])
        self.assertNotIn("(fallbacks)", plans["naive_split"])

    def test_the_same_again(self):
        again = trainings("--threads=1", "--kernels=naive_split,direct")[0]
        for kernel in ("naive_split", "direct"):
            self.assertEqual(again[kernel, "1"], self.losses[kernel, "1"])

    def test_another_seed_is_another_training(self):
        self.assertNotEqual(trainings("--threads=1", "--kernels=direct", "--seed=2")[0]["direct", "1"], self.losses["direct", "1"])


class WhatIsWrong(unittest.TestCase):
    def test_a_training_that_diverges_fails(self):
        done = train("--steps=20", "--rate=1000", "--kernels=naive_split", "--threads=1", code=1)
        self.assertRegex(done.stdout, "LEFT THE BOUND|DID NOT FALL")

    def test_wrong_arguments_are_named(self):
        for flag, words in (("--steps=1", "'1' is not a number from 2"), ("--rate=-1", "'-1' is not a number above 0"), ("--kernels=none_such", "none_such"),
                            ("--dir=fwd", "unknown argument '--dir=fwd'"), ("--csv=", "--csv: a file is missing")):
            self.assertIn(words, train(flag, code=2).stderr)

    def test_results_that_do_not_arrive_are_no_success(self):
        self.assertIn("/dev/full", train("--steps=2", "--kernels=naive_split", "--threads=1", "--csv=/dev/full", code=1).stderr)


if __name__ == "__main__":
    unittest.main()
