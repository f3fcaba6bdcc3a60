#!/usr/bin/python3
"""test_stages.py - gconv-bench --stages: which stages a kernel goes through, that they add up, and that nobody else pays."""
# SPDX-License-Identifier: Apache-2.0

import unittest

from tool import SMALL, bench, rows

STAGES = [f"stage_{name}_ns" for name in ("pack_src", "transform", "compute", "untransform", "unpack_dst")]
COLUMNS = [*STAGES, "stage_other_ns", "stage_total_ns", "stage_clock_ns"]
ROUNDING = 0.05  # of a column


class Stages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kernels = "im2col_gemm,naive_split,direct,depthwise_sum"
        cls.done, cls.rows = rows("--stages", "--verbose", f"--problems={SMALL}", f"--kernels={kernels}", "--layout=native,nchw", "--threads=1,2",
                                  "--cache=warm,cold")

    def test_every_measurement_has_stages_that_add_up(self):
        self.assertEqual(len(self.rows), 4 * 2 * 2 * 2)
        for row in self.rows:
            parts = [float(row[name]) for name in [*STAGES, "stage_other_ns"]]
            self.assertAlmostEqual(sum(parts), float(row["stage_total_ns"]), delta=ROUNDING * (len(parts) + 1), msg=row)
            self.assertTrue(all(part >= 0 for part in parts[:-1]), row)

    def test_stages_are_those_of_the_method(self):
        """A kernel that converts (direct called with plain NCHW) or packs has these stages, and no others."""
        expected = {
            ("im2col_gemm", "native"): {"pack_src", "compute"},
            ("naive_split", "native"): {"pack_src", "compute", "unpack_dst"},
            ("direct", "native"): {"compute"},
            ("direct", "nchw"): {"pack_src", "compute", "unpack_dst"},
            ("depthwise_sum", "native"): {"compute"},
        }
        for row in self.rows:
            found = {name[len("stage_"):-len("_ns")] for name in STAGES if float(row[name]) > 0}
            wanted = expected.get((row["kernel"], row["layout"]))
            if wanted:
                self.assertEqual(found, wanted, row)

    def test_clock_overhead_is_the_stages_times_a_reading(self):
        context = dict(line.split(": ") for line in self.done.stderr.splitlines() if line.startswith("stage_clock"))
        reading = float(context["stage_clock_ns_per_stage"])
        self.assertGreater(reading, 0)
        for row in self.rows:
            if (row["kernel"], row["layout"]) == ("direct", "native"):  # one stage a call
                self.assertAlmostEqual(float(row["stage_clock_ns"]), reading, delta=0.11)

    def test_console_shows_them(self):
        self.assertIn("pack_src_ns", self.done.stdout)


class Without(unittest.TestCase):
    def test_columns_stay_empty(self):
        done, found = rows(f"--problems={SMALL}", "--kernels=im2col_gemm", "--threads=1", "--verbose")
        self.assertEqual([found[0][name] for name in COLUMNS], [""] * len(COLUMNS))
        self.assertNotIn("pack_src_ns", done.stdout)

    def test_a_value_is_refused(self):
        self.assertIn("--stages: takes no value, 'all' was given", bench("--stages=all", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
