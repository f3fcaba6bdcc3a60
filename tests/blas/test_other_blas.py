#!/usr/bin/env python3
"""A BLAS that was loaded before the one of the build is named where figures are put down to it: in plans and in the machine's
description. Without it, nothing else is said."""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import subprocess
import unittest

INFO, OTHER = os.environ["GCONV_INFO"], os.path.realpath(os.environ["OTHER_BLAS"])
PROBLEM = "g2mb1_ic8oc8_ih6kh3ph1"


def info(*arguments, preload=""):
    environment = {**os.environ, "LD_PRELOAD": preload}
    return subprocess.run([INFO, *arguments], check=True, capture_output=True, text=True, env=environment).stdout


def plans(text, kernel):
    return [line for line in text.splitlines() if kernel in line.split()]


class OtherBlas(unittest.TestCase):
    def test_plan_names_the_file(self):
        found = info("problem", PROBLEM, preload=OTHER)
        for kernel in ("im2col_gemm", "merged_gemm"):
            self.assertTrue(plans(found, kernel), found)
            for line in plans(found, kernel):
                self.assertIn(f"cblas_sgemm of {OTHER} (built with ", line)

    def test_machine_names_the_file(self):
        blas = json.loads(info("machine", "--json", preload=OTHER))["libraries"]["blas"]
        self.assertTrue(blas.startswith(f"cblas_sgemm of {OTHER}; built with "), blas)

    def test_own_blas_is_not_remarkable(self):
        self.assertNotIn("cblas_sgemm of", info("problem", PROBLEM))
        self.assertNotIn("cblas_sgemm of", info("machine"))


if __name__ == "__main__":
    unittest.main()
