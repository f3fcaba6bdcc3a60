#!/usr/bin/python3
"""test_cache.py - gconv-bench --cache and --huge-pages: what rows and context say of the memory a kernel was timed in."""

import unittest

from tool import SMALL, bench, rows

MODES = ("warm", "cold", "cold-weights")
FLAGS = (f"--problems={SMALL}", "--kernels=direct,naive_split", "--threads=1")


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


class HugePages(unittest.TestCase):
    def test_column_and_context_say_what_came_of_it(self):
        done, found = rows(*FLAGS, "--huge-pages", "--cache=cold")
        self.assertIn("huge_pages: asked for; ", done.stderr)
        for row in found:  # the system decides how many, none included; empty where it does not tell
            self.assertTrue(row["huge_page_bytes"] == "" or int(row["huge_page_bytes"]) % 4096 == 0, row)


class Usage(unittest.TestCase):
    def test_bad_values(self):
        self.assertIn("--cache: 'hot' is not warm, cold or cold-weights", bench("--cache=hot", code=2).stderr)
        self.assertIn("--huge-pages: takes no value, '1G' was given", bench("--huge-pages=1G", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
