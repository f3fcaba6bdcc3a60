#!/usr/bin/python3
"""test_goals.py - scripts/goals on rows whose verdicts can be worked out by hand: what is met, what is missed, what the roof forbids."""
# SPDX-License-Identifier: Apache-2.0

import csv
import subprocess
import tempfile
import unittest
from pathlib import Path

GOALS = Path(__file__).parents[2] / "scripts" / "goals"
DEFAULT = {"set": "one", "direction": "fwd", "layout": "native", "threads": 1, "cache": "warm", "data": "real", "level": "layer", "status": "ok", "batch": 1,
           "kh": 3, "kw": 3, "ih": 28, "iw": 28, "stride_h": 1, "stride_w": 1, "ic": 256, "oc": 256, "groups": 32, "icg": 8, "ocg": 8, "pct_peak": 90,
           "pct_roof": 90, "roof": "peak", "plan": "a plan"}


def layer(problem, times, **more):
    """A row for each kernel of `times`, in microseconds."""
    own = {**DEFAULT, "problem": problem, "name": problem, **more}
    return [{**own, "kernel": kernel, "isa": own.get("isa", "avx2") if kernel in ("direct", "winograd") else "library", "time_median_ns": 1000 * us} for kernel, us in times.items()]


class Goals(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def judge(self, *files):
        """(exit code, what is printed) for the rows of each file."""
        names = []
        for place, rows in enumerate(files):
            names.append(Path(self.folder.name) / f"{place}.csv")
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with open(names[-1], "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
        done = subprocess.run([GOALS, *names], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def verdict(self, text, goal):
        return next(line for line in text.splitlines() if line.startswith(f"| {goal}")).split(" | ")[-1].rstrip(" |")

    def test_all_met(self):
        code, text = self.judge(layer("p", {"direct": 10, "onednn": 20, "im2col_gemm": 16}))
        self.assertEqual(0, code, text)
        self.assertIn("## avx2, 1 thread", text)
        self.assertEqual("met", self.verdict(text, "3x3, 8 channels a group"))
        self.assertEqual("met", self.verdict(text, "built-in sets: least"))
        self.assertIn("| 0.97 | 1 | 1.60 | met |", text)  # the best rival is not oneDNN
        self.assertEqual("nothing measured", self.verdict(text, "random layers: least"))
        self.assertIn("No layer below 0.97.", text)

    def test_a_slow_layer_is_listed_with_its_roof(self):
        code, text = self.judge(layer("fast", {"direct": 10, "onednn": 20}) + layer("slow", {"direct": 10, "onednn": 9}, pct_peak=88, pct_roof=89.5))
        self.assertEqual(1, code)
        self.assertIn("| 0.97 | 2 | 0.900 | missed |", text)
        self.assertIn("| slow | 256 → 256, 3x3, 28x28, 32 groups | one | fwd | 0.900 | onednn | 88.0 | 89.5 | peak | a plan |", text)
        self.assertNotIn("| fast | 256", text)

    def test_the_peak_and_what_the_roof_forbids(self):
        """60 % of the peak, where bytes permit 66 and where they permit all."""
        forbidden = layer("bytes", {"direct": 10, "onednn": 20}, pct_peak=60, pct_roof=91, roof="l3")
        code, text = self.judge(forbidden)
        self.assertEqual((0, "met"), (code, self.verdict(text, "3x3, 8 channels a group")), text)
        self.assertIn("| 60.0 | 91.0 | l3 |", text)
        code, text = self.judge(forbidden + layer("slow", {"direct": 10, "onednn": 20}, pct_peak=60, pct_roof=60))
        self.assertEqual((1, "missed by 1"), (code, self.verdict(text, "3x3, 8 channels a group")), text)

    def test_other_widths_and_instruction_sets_have_other_goals(self):
        slow = {"pct_peak": 70, "pct_roof": 70}
        code, text = self.judge(layer("two", {"direct": 10, "onednn": 20}, icg=2, ocg=2, groups=128, **slow))
        self.assertEqual((0, "met"), (code, self.verdict(text, "3x3, 2 channels a group")))
        self.assertEqual(1, self.judge(layer("four", {"direct": 10, "onednn": 20}, icg=4, ocg=4, groups=64, **slow))[0])
        self.assertEqual(1, self.judge(layer("weights", {"direct": 10, "onednn": 20}, direction="bwd_w", **slow))[0])
        code, text = self.judge(layer("wide", {"direct": 10, "onednn": 20}, isa="avx512", **slow))
        self.assertEqual(0, code, text)
        self.assertNotIn("share of the peak", text)

    def test_winograd_counts_where_a_goal_says_so(self):
        code, text = self.judge(layer("p", {"direct": 10, "onednn": 12, "winograd": 5}))
        self.assertEqual(("met", "met"), (self.verdict(text, "built-in sets: geometric mean"), self.verdict(text, "grouped 3x3")))
        self.assertIn("| 1.5 | 1 | 2.40 | met |", text)
        self.assertEqual("missed", self.verdict(self.judge(layer("p", {"direct": 10, "onednn": 12}))[1], "grouped 3x3"))

    def test_random_layers_have_goals_of_their_own(self):
        rows = [row for number in range(20) for row in layer(f"p{number}", {"direct": 10, "onednn": 9 if number == 0 else 20, "im2col_gemm": 1}, set="random@1x20")]
        code, text = self.judge(rows)
        self.assertEqual(("met", "met"), (self.verdict(text, "random layers: least"), self.verdict(text, "random layers: percent")))
        self.assertEqual(("nothing measured", 0), (self.verdict(text, "built-in sets: least"), code), text)
        again = [row for number in (20, 21) for row in layer(f"p{number}", {"direct": 10, "onednn": 7}, set="random@1x20")]
        code, text = self.judge(rows + again)
        self.assertEqual(("missed", "missed", 1), (self.verdict(text, "random layers: least"), self.verdict(text, "random layers: percent"), code))

    def test_of_several_files_the_middle_counts(self):
        files = [layer("p", {"direct": 10, "onednn": us}) for us in (9, 16, 17)]
        code, text = self.judge(*files)
        self.assertIn("| 0.97 | 1 | 1.60 | met |", text)
        self.assertEqual(0, code)

    def test_other_conditions_are_left_out(self):
        code, text = self.judge(layer("p", {"direct": 10, "onednn": 20}) + layer("cold", {"direct": 10, "onednn": 1}, cache="cold")
                                + layer("plain", {"direct": 10, "onednn": 1}, layout="nchw") + layer("skipped", {"direct": 10, "onednn": 1}, status="skipped"))
        self.assertEqual(0, code, text)
        self.assertIn("| 0.97 | 1 | 2.00 | met |", text)

    def test_refused(self):
        code, text = self.judge(layer("p", {"direct": 10}) + layer("q", {"direct": 10}, isa="avx512"))
        self.assertEqual(2, code)
        self.assertIn("direct was measured with avx2, avx512", text)
        self.assertEqual(2, self.judge(layer("p", {"onednn": 10}))[0])
        self.assertEqual(2, subprocess.run([GOALS], capture_output=True).returncode)
        done = subprocess.run([GOALS, "/nowhere.csv"], capture_output=True, text=True)
        self.assertEqual((2, True), (done.returncode, "/nowhere.csv cannot be read" in done.stderr))


if __name__ == "__main__":
    unittest.main()
