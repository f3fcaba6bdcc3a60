#!/usr/bin/python3
"""test_cache.py - gconv-bench --cache, --data and --huge-pages: what rows and context say of the memory a kernel was timed in, and of the
numbers in it."""
# SPDX-License-Identifier: Apache-2.0

import tempfile
import unittest

from tool import SMALL, bench, rows

MODES = ("warm", "cold", "cold-weights")
FLAGS = (f"--problems={SMALL}", "--kernels=direct,naive_split", "--threads=1", "--verbose")


class Cache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.done, cls.rows = rows(*FLAGS, f"--cache={','.join(MODES)}")

    def test_every_mode_is_a_row_and_in_the_name(self):
        self.assertEqual(sorted((row["kernel"], row["cache"], row["status"]) for row in self.rows),
                         sorted((kernel, mode, "ok") for kernel in ("direct", "naive_split") for mode in MODES))
        for mode in MODES:
            self.assertRegex(self.done.stdout, rf"/naive_split/t1/{mode} ")

    def test_cold_rotates_through_more_than_any_cache(self):
        for row in self.rows:
            copies, rotated = int(row["copies"]), int(row["rotated_bytes"])
            if row["cache"] == "warm":
                self.assertEqual(copies, 1)
                self.assertLess(rotated, 1 << 16)
            else:
                self.assertGreater(copies, 1)
                self.assertGreater(rotated, 2 << 20)
        copies = {(row["kernel"], row["cache"]): int(row["copies"]) for row in self.rows}
        self.assertGreater(copies["direct", "cold-weights"], copies["direct", "cold"])  # of smaller copies

    def test_context_says_how_memory_was_laid_out(self):
        for line in ("buffers: aligned to 64 bytes", "denormals: kept", "huge_pages: not asked for; "):
            self.assertIn(line, self.done.stderr)


class Data(unittest.TestCase):
    def test_every_kind_is_a_row_and_in_the_name(self):
        done, found = rows(*FLAGS, "--data=real,denormal,flushed", "--cache=warm,cold")
        self.assertEqual(sorted((row["kernel"], row["cache"], row["data"], row["status"]) for row in found),
                         sorted((kernel, cache, data, "ok") for kernel in ("direct", "naive_split") for cache in ("warm", "cold")
                                for data in ("real", "denormal", "flushed")))
        for suffix in ("warm", "warm-denormal", "cold-flushed"):
            self.assertRegex(done.stdout, rf"/naive_split/t1/{suffix} ")
        for row in found:  # sums of denormal integers are exact in any order
            self.assertEqual(float(row["err"]) == 0, row["data"] != "real", row)

    def test_transforms_say_why_not(self):
        row, = rows("--problems=g1mb1ic16oc16ih14kh3ph1", "--kernels=winograd_f2", "--threads=1", "--data=denormal")[1]
        self.assertEqual((row["status"], row["reason"]), ("skipped", "a transform keeps no digits of denormal numbers"))

    def test_a_continued_run_knows_them_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            table = f"{folder}/rows.csv"
            bench(*FLAGS, "--data=denormal", f"--csv={table}")
            self.assertIn("gconv-bench: 2 timed", bench(*FLAGS, "--data=denormal,real", f"--resume={table}").stderr)
            self.assertIn("nothing is left to do", bench(*FLAGS, "--data=denormal,real", f"--resume={table}").stderr)


class Placements(unittest.TestCase):
    def test_warm_rows_say_best_and_worst_place(self):
        _, found = rows(*FLAGS, "--layout=native,nchw", "--placements", "--cache=warm,cold")
        self.assertEqual(len(found), 8)
        for row in found:
            spread = [row[f"placement_{name}"] for name in ("min_ns", "max_ns", "best", "worst")]
            if row["cache"] == "cold":
                self.assertEqual(spread, [""] * 4)
            else:
                self.assertTrue(0 < float(spread[0]) <= float(spread[1]), row)
                for place in spread[2:]:
                    self.assertRegex(place, r"^(staggered|src\+\d+ dst\+\d+)$")


class HugePages(unittest.TestCase):
    def test_column_and_context_say_what_came_of_it(self):
        done, found = rows(*FLAGS, "--huge-pages", "--cache=cold")
        self.assertIn("huge_pages: asked for; ", done.stderr)
        for row in found:  # the system decides how many, none included; empty where it does not tell
            self.assertTrue(row["huge_page_bytes"] == "" or int(row["huge_page_bytes"]) % 4096 == 0, row)


class Usage(unittest.TestCase):
    def test_bad_values(self):
        self.assertIn("--cache: 'hot' is not warm, cold or cold-weights", bench("--cache=hot", code=2).stderr)
        self.assertIn("--data: 'nan' is not real, denormal or flushed", bench("--data=nan", code=2).stderr)
        self.assertIn("--data: blocks and networks run real only", bench("--level=block", "--data=denormal", code=2).stderr)
        self.assertIn("--placements: takes no value, '3' was given", bench("--placements=3", code=2).stderr)
        self.assertIn("--placements: of layers only", bench("--level=block", "--placements", code=2).stderr)
        self.assertIn("--huge-pages: takes no value, '1G' was given", bench("--huge-pages=1G", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
