#!/usr/bin/python3
"""test_training.py - the section on training, from rows whose ratios can be worked out by hand."""
# SPDX-License-Identifier: Apache-2.0

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from reporting.content import Table, Text  # noqa: E402
from reporting.run import Run  # noqa: E402
from reporting.sections import blocks, inside, networks, training  # noqa: E402

HEADER = "set,name,problem,direction,kernel,threads,batch,time_median_ns,time_ci_lo_ns,time_ci_hi_ns,repetitions,gflops,pct_peak,macs,groups,kh,kw,status,level,form,pass"


def row(level, name, kernel, milliseconds, form="-", kind="train", repetitions=7):
    ns = 1e6 * milliseconds
    direction = "train" if kind == "train" else "fwd"
    return f"{level},{name},{name},{direction},{kernel},2,4,{ns},{0.9 * ns},{1.2 * ns},{repetitions},50,25,200000,,,,ok,{level},{form},{kind}\n"


TRAINED = "".join(row("network", name, kernel, time) for name, kernel, time in (
    ("resnet101", "fast", 100), ("resnext101_32x4d", "fast", 125), ("resnext101_64x4d", "fast", 200),
    ("resnet101", "slow", 200), ("resnext101_32x4d", "slow", 220), ("resnext101_64x4d", "slow", 500)))
FORMS = "".join(row("block", block, "fast", time, form) for block, form, time in (
    ("one", "a", 80), ("one", "b", 20), ("one", "c", 10), ("two", "a", 20), ("two", "b", 20), ("two", "c", 10)))
INFERRED = row("network", "resnet101", "fast", 30, kind="infer") + row("network", "resnext101_32x4d", "fast", 60, kind="infer")


def run_of(text):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "results.csv").write_text(f"{HEADER}\n{text}")
        return Run(folder)


class Training(unittest.TestCase):
    def test_ratios_stand_beside_the_papers(self):
        section = training.section(run_of(TRAINED + INFERRED))
        table = next(block for block in section.blocks if isinstance(block, Table))
        self.assertEqual(table.rows, [["resnext101_32x4d / resnet101", "fast", 4, 2, "7", "1.25", "0.938", "1.67", "1.36"],
                                      ["resnext101_32x4d / resnet101", "slow", 4, 2, "7", "1.10", "0.825", "1.47", "1.36"],
                                      ["resnext101_64x4d / resnet101", "fast", 4, 2, "7", "2.00", "1.50", "2.67", "2.43"],
                                      ["resnext101_64x4d / resnet101", "slow", 4, 2, "7", "2.50", "1.88", "3.33", "2.43"]])

    def test_sentence_is_of_the_fastest_kernel(self):
        sentence = training.ratio_sentence(networks.network_ratios(run_of(TRAINED), training=True))
        self.assertTrue(sentence.startswith("**A training step of resnext101_32x4d** against one of resnet101: 1.25 (0.938 to 1.67) times as long with fast (batch 4, 2 threads),"
                                            " on the paper's GPUs 1.36 times. **A training step of resnext101_64x4d** against one of resnet101: 2.00"), sentence)

    def test_no_claim_on_six_repetitions(self):
        few = run_of(TRAINED.replace(",7,50,", ",6,50,", 1))  # one of the two is enough to know too little
        self.assertIn("resnext101_32x4d** against one of resnet101: not enough repetitions (6) to say", training.ratio_sentence(networks.network_ratios(few, training=True)))

    def test_forms_against_the_grouped_one(self):
        table = training.section(run_of(FORMS)).blocks[-1]
        self.assertEqual(table.rows, [["fast", "4.00x", "2.00x"]])  # the roots of 8 * 2 and of 2 * 2
        self.assertIn("2 threads", training.section(run_of(FORMS)).blocks[-2].text)

    def test_training_is_not_taken_for_inference(self):
        run = run_of(TRAINED + FORMS + INFERRED)
        pair, = networks.network_ratios(run)
        self.assertEqual(pair.figure[0], 2)
        self.assertEqual(len(inside.section(run).blocks[0].rows), 2)
        self.assertFalse(any(isinstance(block, Table) for block in blocks.section(run).blocks))
        self.assertTrue(any(isinstance(block, Text) for block in training.section(run).blocks))

    def test_nothing_without_training(self):
        self.assertIsNone(training.section(run_of(INFERRED)))


if __name__ == "__main__":
    unittest.main()
