#!/usr/bin/python3
"""test_levels.py - gconv-bench --level=block and --level=network: what is run, and that rows say what a layer's rows say."""
# SPDX-License-Identifier: Apache-2.0

import os
import re
import unittest

from tool import SMALL, bench, rows

MOBILENET_MACS, MOBILENET_PARAMS = 568_740_352, 4_231_976  # Howard et al. 2017 print 569 million and 4.2 million


class Blocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.done, cls.rows = rows("--level=block", "--problems=table2_8x14d,separable*", "--kernels=direct,im2col_gemm", "--threads=1,2",
                                  "--mb=2")

    def test_every_form_by_every_kernel_and_the_best(self):
        self.assertEqual({(row["problem"], row["form"], row["kernel"], row["threads"]) for row in self.rows},
                         {(problem, form, kernel, threads) for problem, forms in (("table2_8x14d", "abc"), ("separable_512", "-"))
                          for form in forms for kernel in ("direct", "im2col_gemm", "best") for threads in "12"})
        self.assertTrue(all(row["level"] == "block" and row["status"] == "ok" and row["batch"] == "2" for row in self.rows))

    def test_forms_have_the_same_weights_and_macs(self):
        forms = [row for row in self.rows if row["problem"] == "table2_8x14d"]
        self.assertEqual({row["macs_nominal"] for row in forms}, {str(2 * 224_086_016)})  # table 2: 71,456 weights at 56 x 56
        self.assertEqual({row["params"] for row in forms}, {str(71_456 + 2 * (112 + 112 + 256))})

    def test_each_is_verified(self):
        for row in self.rows:
            self.assertTrue(0 < float(row["err"]) <= 1, row)

    def test_repetitions_are_watched_as_those_of_layers(self):
        for row in self.rows:
            self.assertEqual(len(row["time_reps_ns"].split(";")), int(row["repetitions"]), row)
            for name in ("discarded", "slow", "page_faults", "switches", "waited_ns", "steal_ns"):
                self.assertNotEqual(row[name], "", name)

    def test_plan_says_kernels_and_conversions(self):
        plans = {(row["form"], row["kernel"]): row["plan"] for row in self.rows if row["threads"] == "1"}
        self.assertIn("im2col_gemm 24; 0 conversions", plans["a", "im2col_gemm"])
        self.assertIn("direct 17; 0 conversions", plans["b", "direct"])
        self.assertIn("direct 3; 0 conversions", plans["c", "direct"])


class Networks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.done, cls.rows = rows("--level=network", "--problems=mobilenet_v1", "--kernels=direct", "--threads=2")
        cls.network = [row for row in cls.rows if row["level"] == "network"]
        cls.steps = [row for row in cls.rows if row["level"] == "network-layer"]

    def test_totals_are_the_published_ones(self):
        row, = self.network
        self.assertEqual((row["problem"], row["form"], row["kernel"], row["batch"]), ("mobilenet_v1", "-", "direct", "1"))
        self.assertEqual((int(row["macs_nominal"]), int(row["params"])), (MOBILENET_MACS, MOBILENET_PARAMS))
        self.assertLess(int(row["macs"]), MOBILENET_MACS)  # padding counts in papers only
        self.assertAlmostEqual(float(row["images_per_s"]), 1e9 / float(row["time_median_ns"]), delta=1e-3 * float(row["images_per_s"]))

    def test_steps_add_up_to_the_network(self):
        row, = self.network
        convolutions = [step for step in self.steps if step["macs"]]
        self.assertEqual(len(convolutions), 27)
        fc = 1_024_000
        self.assertEqual(sum(int(step["macs"]) for step in convolutions) + fc, int(row["macs"]))
        self.assertEqual({step["problem"] for step in self.steps if not step["macs"]}, {"global_avg_pool", "fc"}) # direct reads images as they are
        self.assertTrue(all(step["set"] == "mobilenet_v1" and float(step["time_median_ns"]) >= 0 for step in self.steps))


class Inside(unittest.TestCase):
    """What --stages and --counters say of a block or network is the sum over its convolutions."""

    def test_stages_and_other_add_up(self):
        """Two kernels of different layouts: `best` and the fallbacks convert, which is packing; im2col packs wherever it runs, in `best` too."""
        _, found = rows("--level=block", "--problems=table2_8x14d", "--kernels=direct,im2col_gemm", "--threads=1,2", "--stages")
        names = ("pack_src", "transform", "compute", "untransform", "unpack_dst", "other")
        for row in found:
            stages = {name: float(row[f"stage_{name}_ns"]) for name in names}
            self.assertAlmostEqual(sum(stages.values()), float(row["stage_total_ns"]), delta=1)
            self.assertGreater(stages["compute"], 0, row)
            self.assertEqual(stages["pack_src"] > 0, "im2col_gemm" in row["kernel"] + row["plan"] or " 0 conversions" not in row["plan"], row)

    def test_events_of_all_convolutions(self):
        done, found = rows("--level=network", "--problems=mobilenet_v1", "--kernels=direct,naive_split", "--threads=1",
                           "--counters=useful_macs,executed_macs")
        if "built without PAPI" in done.stderr:
            self.skipTest("no PAPI in this build")
        for kernel in ("direct", "naive_split"):
            network, = [row for row in found if (row["level"], row["kernel"]) == ("network", kernel)]
            steps = [row for row in found if (row["level"], row["kernel"]) == ("network-layer", kernel)]
            counted = dict(item.split("=") for item in network["counters"].split(";"))
            self.assertEqual(int(counted["executed_macs"]), int(network["executed_macs"]))
            self.assertEqual(int(counted["useful_macs"]), sum(int(step["macs"] or 0) for step in steps))


class Training(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.done, cls.rows = rows("--level=block", "--pass=train", "--problems=table2_8x14d", "--kernels=direct,im2col_gemm,depthwise_sum",
                                  "--threads=1", "--mb=2")

    def test_each_kernel_alone_in_every_form(self):
        self.assertEqual({(row["form"], row["kernel"]) for row in self.rows},
                         {(form, kernel) for form in "abc" for kernel in ("direct", "im2col_gemm", "depthwise_sum")})
        for row in self.rows:
            self.assertEqual((row["status"], row["pass"], row["direction"], row["batch"]), ("ok", "train", "train", "2"))
            self.assertTrue(0 < float(row["err"]) <= 1, row)

    def test_work_is_that_of_three_passes_but_for_the_gradient_of_the_image(self):
        macs = 2 * 56 * 56 * (3 * 71_456 - 112 * 256)  # table 2; the first 1x1 does not hand its gradient on
        self.assertEqual({row["macs_nominal"] for row in self.rows}, {str(macs)})

    def test_bytes_are_those_of_all_passes_and_of_the_update(self):
        """Weights are read forward, backward and by the update, which writes them; their gradients are written and read. Inputs
        of the three convolutions are written (the first one is given) and read; the result is written, its gradient read."""
        form_c, = [row for row in self.rows if (row["form"], row["kernel"]) == ("c", "direct")]
        result, inputs = 2 * 256 * 56 * 56, 2 * (256 + 112 + 112) * 56 * 56
        params = 71_456 + 2 * (112 + 112 + 256)
        self.assertEqual(int(form_c["min_bytes"]), 4 * (6 * params + 2 * inputs + 2 * result))

    def test_plan_says_who_computes_which_direction(self):
        plans = {(row["form"], row["kernel"]): row["plan"] for row in self.rows}
        self.assertIn("fwd direct 3, bwd_w direct 3, bwd_d direct 2; ", plans["c", "direct"])
        self.assertIn("fwd im2col_gemm 24, bwd_w im2col_gemm 24, bwd_d im2col_gemm 16; ", plans["a", "im2col_gemm"])
        self.assertRegex(plans["c", "depthwise_sum"], r"^fwd depthwise_sum 3, bwd_w (?!depthwise_sum)\w+ 3, bwd_d \w+ 2 \(fallbacks\)")

    def test_steps_of_a_network(self):
        lines = rows("--level=network", "--pass=train", "--problems=mobilenet_v1", "--kernels=direct", "--threads=2")[1]
        network, = [row for row in lines if row["level"] == "network"]
        steps = [row for row in lines if row["level"] == "network-layer"]
        counts = {direction: sum(step["direction"] == direction and step["macs"] != "" for step in steps) for direction in ("fwd", "bwd_d", "bwd_w")}
        self.assertEqual(counts, {"fwd": 27, "bwd_d": 26, "bwd_w": 27})
        fc = 3 * 1_024_000
        self.assertEqual(sum(int(step["macs"] or 0) for step in steps) + fc, int(network["macs"]))
        self.assertLess({"softmax_loss", "fc_bwd_d", "fc_bwd_w", "relu_back", "update", "pack"}, {step["problem"] for step in steps})
        self.assertEqual({step["pass"] for step in steps}, {"train"})

    def test_too_large_is_refused_with_the_bytes(self):
        row, = rows("--level=network", "--pass=train", "--problems=resnet50", "--kernels=direct", "--threads=1", "--mb=100000")[1]
        self.assertEqual(row["status"], "skipped")
        self.assertRegex(row["reason"], r"resnet50, training, 100000 images a step: needs at least \d{13} bytes")
        available = int(re.search(r"; (\d+) were available$", row["reason"])[1])
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE")
        self.assertTrue(0 < available < machine, row["reason"])  # this test and the system have their share of it


class CommandLine(unittest.TestCase):
    def test_layers_are_the_default_and_say_so(self):
        for row in rows(f"--problems={SMALL}", "--kernels=direct", "--threads=1")[1]:
            self.assertEqual((row["level"], row["form"], row["images_per_s"]), ("layer", "-", ""))

    def test_lists(self):
        self.assertIn("resnext50_conv2", bench("--problems=list", "--level=block").stdout)
        self.assertIn("resnext101_64x4d", bench("--level=network", "--problems=list").stdout)
        names = bench("--level=block", "--problems=shufflenet_g3", "--kernels=direct", "--threads=1", "--benchmark_list_tests").stdout
        self.assertEqual(names, "fwd/native/shufflenet_g3_mb1/direct/t1/warm\n")

    def test_what_does_not_go_together_is_refused(self):
        for flags, sentence in ((["--level=net"], "'net' is not layer, block or network"),
                                (["--level=block", "--problems=conv9"], "no block matches 'conv9'"),
                                (["--level=network", "--problems=resnet50@v7"], "no variant 'v7'"),
                                (["--level=block", "--dir=bwd_d"], "run fwd only"),
                                (["--level=block", "--layout=nchw"], "native layouts only"),
                                (["--level=network", "--cache=cold"], "run warm only"),
                                (["--pass=train"], "--pass: of blocks and networks only"),
                                (["--level=block", "--pass=back"], "'back' is not infer or train"),
                                (["--level=block", "--pass=train", "--dir=bwd_w"], "--dir: of layers only"),
                                (["--level=block", "--benchmark_filter=nothing"], "no benchmark matches")):
            self.assertIn(sentence, bench(*flags, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
