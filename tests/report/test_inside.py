#!/usr/bin/python3
"""test_inside.py - the section on the insides of networks, from rows whose shares can be worked out by hand."""
# SPDX-License-Identifier: Apache-2.0

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from reporting.content import Table  # noqa: E402
from reporting.run import Run  # noqa: E402
from reporting.sections import inside, networks  # noqa: E402

HEADER = "set,name,problem,kernel,threads,batch,time_median_ns,repetitions,gflops,pct_peak,macs,groups,kh,kw,status,level,form"
NETWORKS = """\
network,resnet50,resnet50,fast,1,2,8000000,9,50,25,200000,,,,ok,network,-
network,resnet50,resnet50,slow,1,2,20000000,9,20,10,200000,,,,ok,network,-
network,resnext50_32x4d,resnext50_32x4d,fast,1,2,10000000,9,40,20,200000,,,,ok,network,-
network,resnext50_32x4d,resnext50_32x4d,slow,1,2,21000000,9,19,9.5,200000,,,,ok,network,-
"""
STEPS = """\
resnext50_32x4d,resnext50_32x4d:conv1,g1,fast,1,2,2000000,9,,,40000,1,7,7,ok,network-layer,-
resnext50_32x4d,resnext50_32x4d:conv2_1.a,g1a,fast,1,2,5000000,9,,,150000,1,1,1,ok,network-layer,-
resnext50_32x4d,resnext50_32x4d:conv2_1.b,g32,fast,1,2,1000000,9,,,10000,32,3,3,ok,network-layer,-
resnext50_32x4d,resnext50_32x4d:conv2_1.a,convert,fast,1,2,500000,9,,,,,,,ok,network-layer,-
resnext50_32x4d,resnext50_32x4d:sum,sum,fast,1,2,1500000,9,,,,,,,ok,network-layer,-
"""


def run_of(text):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "results.csv").write_text(f"{HEADER}\n{text}")
        return Run(folder)


class Inside(unittest.TestCase):
    def test_shares_of_time_and_work(self):
        time, work = inside.shares(run_of(NETWORKS + STEPS).steps)
        self.assertEqual([round(value, 6) for value in time.iloc[0]], [50, 10, 20, 5, 15])
        self.assertEqual([round(value, 6) for value in work.iloc[0]], [75, 5, 20, 0, 0])

    def test_sentence(self):
        steps = run_of(NETWORKS + STEPS).steps
        self.assertEqual(inside.sentences(steps, *inside.shares(steps)), [
            "Grouped convolutions are 5.00 % of resnext50_32x4d's convolution work and 10.0 % (fast) to 10.0 % (fast) of its time on 1 thread;"
            " conversions between layouts take at most 5.00 % (fast)."])

    def test_no_claim_on_three_repetitions(self):
        few = run_of((NETWORKS + STEPS).replace("000,9,", "000,3,"))
        self.assertEqual(inside.sentences(few.steps, *inside.shares(few.steps)), [
            "Grouped convolutions are 5.00 % of resnext50_32x4d's convolution work; of its time: not enough repetitions (3) to say."])
        self.assertEqual(networks.ratio_sentences(few), ["**resnext50_32x4d against resnet50**, end to end: not enough repetitions (3) to say (batch 2, 1 thread)."])
        table = next(block for block in networks.section(few).blocks if isinstance(block, Table))
        self.assertEqual(table.rows[0], ["resnext50_32x4d / resnet50", "fast", 2, 1, "3", "-", "-", "-", "-"])

    def test_speeds(self):
        self.assertEqual(inside.speeds(run_of(NETWORKS).level("network"))[0], ["resnet50", "fast", 1, 2, "8.00", "250", "50.0", "25.0"])

    def test_steps_are_no_measurements_of_their_own(self):
        self.assertEqual(len(run_of(NETWORKS + STEPS).ok), 4)
        self.assertIsNone(inside.section(run_of(STEPS)))

    def test_training_steps_have_a_table_of_their_own(self):
        header, trained = HEADER + ",pass", NETWORKS.replace(",8000000,", ",30000000,").replace(",-\n", ",-,train\n")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "results.csv").write_text(f"{header}\n{NETWORKS}".replace(",-\n", ",-,fwd\n") + trained)
            section = inside.section(Run(folder))
        tables = [block.rows[0][:5] for block in section.blocks if isinstance(block, Table)]
        self.assertEqual([["resnet50", "fast", 1, 2, "8.00"], ["resnet50", "slow", 1, 2, "20.0"]], tables)

    def test_headline_ratio_is_of_the_kernel_that_is_fastest(self):
        """slow has the smaller ratio (1.05), fast the smaller time (1.25)."""
        sentence, = networks.ratio_sentences(run_of(NETWORKS))
        self.assertIn("end to end: 1.25 (no interval) of the time with fast", sentence)


if __name__ == "__main__":
    unittest.main()
