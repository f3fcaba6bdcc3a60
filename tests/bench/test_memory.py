#!/usr/bin/python3
"""test_memory.py - a problem larger than the machine's memory is refused before anything is allocated for it, with the bytes it takes."""
# SPDX-License-Identifier: Apache-2.0

import os
import re
import resource
import subprocess
import unittest
from pathlib import Path

from tool import QUICK

BIN = Path(os.environ["GCONV_BENCH"]).parent
MEMORY = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE")
IMAGE = 2 * 4 * 16 * 512 * 512  # bytes of src and dst of one image
ENOUGH = 1 << 30  # what libraries and a program may take


def descriptor(share):
    """src and dst take this share of the memory."""
    return f"mb{int(share * MEMORY / IMAGE) + 1}ic16oc16ih512kh1"


def run(*command, code):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    most = 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of any process so far
    assert most < ENOUGH, f"{most} bytes were taken"
    return done.stdout + done.stderr


class Memory(unittest.TestCase):
    def assert_refused(self, text, taking):
        found = re.findall(rf"{taking} (\d+) bytes.*?(\d+)", text)
        self.assertTrue(found, text)
        for needed, limit in found:
            self.assertGreater(int(needed), MEMORY)
            self.assertEqual(int(limit), MEMORY)

    def test_check(self):
        """Nothing passed: exit code 1. The reference alone needs more than the tensors."""
        for share in (1.3, 0.5):
            self.assert_refused(run(BIN / "gconv-check", f"--problems={descriptor(share)}", "--dir=fwd", code=1), "checking this problem takes")

    def test_bench(self):
        text = run(BIN / "gconv-bench", *QUICK, f"--problems={descriptor(1.3)}", code=0)
        self.assert_refused(text, "checking this problem takes")
        self.assertRegex(text, r"0 timed, [1-9]\d* skipped, 0 failed")

    def test_info(self):
        self.assert_refused(run(BIN / "gconv-info", "problem", descriptor(1.3), code=0), "needs")


unittest.main()
