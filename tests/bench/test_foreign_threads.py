#!/usr/bin/python3
"""test_foreign_threads.py - threads that OpenMP did not start: said, with who has them, and marked where they run during a repetition."""
# SPDX-License-Identifier: Apache-2.0

import csv
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from tool import QUICK, SMALL

PTHREAD_BLAS = Path(os.environ.get("GCONV_OPENBLAS_PTHREAD", "/usr/lib/x86_64-linux-gnu/openblas-pthread"))
LLVM_OPENMP = Path(os.environ.get("GCONV_LLVM_OPENMP", "/usr/lib/x86_64-linux-gnu/libomp.so.5"))


def run(environment, *flags):
    """(stderr, rows, environment.json)"""
    with tempfile.TemporaryDirectory() as folder:
        table, facts = Path(folder) / "rows.csv", Path(folder) / "environment.json"
        command = [os.environ["GCONV_BENCH"], *QUICK, f"--problems={SMALL}", "--threads=1,2", f"--csv={table}", f"--environment={facts}",
                   "--benchmark_min_time=0.05s", *flags]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
        assert done.returncode == 0, done.stderr
        with table.open(newline="", encoding="utf-8") as file:
            return done.stderr, list(csv.DictReader(file)), json.loads(facts.read_text(encoding="utf-8"))


def marks(rows):
    return {mark for row in rows for mark in row["marks"].split()}


class ForeignThreads(unittest.TestCase):
    def test_none(self):
        """Also where OpenMP's own threads spin on after a larger team."""
        for policy in ("passive", "active"):
            said, rows, facts = run({"OMP_WAIT_POLICY": policy}, "--kernels=direct,im2col_gemm,onednn", "--benchmark_repetitions=3")
            if "FOREIGN_THREAD_LIBRARY" in os.environ:  # the sanitizers have threads
                self.assertNotIn("threads beside", said)
                self.assertEqual(facts["outcome"]["foreign_threads"], 0)
                self.assertNotIn("foreign", marks(rows))
                self.assertEqual([float(row["foreign_ns"]) for row in rows], [0] * 6)
        self.assertRegex(facts["run"]["openmp_runtimes"], r"^lib[^ ]*omp[^ ,]*$")

    @unittest.skipUnless("FOREIGN_THREAD_LIBRARY" in os.environ, "the sanitizers want to be loaded first themselves")
    def test_one_that_sleeps_is_said(self):
        said, rows, facts = run({"LD_PRELOAD": os.environ["FOREIGN_THREAD_LIBRARY"]}, "--kernels=direct")
        self.assertRegex(said, r"threads beside the \d+ of OpenMP: 1, seen first with direct: no library that is known to do so is loaded")
        self.assertNotIn("foreign", marks(rows))
        self.assertEqual(facts["outcome"]["foreign_threads"], 1)

    @unittest.skipUnless("FOREIGN_THREAD_LIBRARY" in os.environ, "the sanitizers want to be loaded first themselves")
    def test_one_that_runs_is_marked(self):
        for level in ([], ["--level=block", "--problems=shufflenet_g3"]):
            _, rows, _ = run({"LD_PRELOAD": os.environ["FOREIGN_THREAD_LIBRARY"], "FOREIGN_THREAD": "spins"}, "--kernels=direct", *level)
            self.assertEqual([("foreign" in row["marks"].split(), float(row["foreign_ns"]) > 1e6) for row in rows], [(True, True)] * 2)

    @unittest.skipUnless(PTHREAD_BLAS.is_dir(), f"{PTHREAD_BLAS} is not there: libopenblas0-pthread is not installed")
    def test_openblas_with_threads_of_its_own(self):
        """Told to use one thread: they are there, unless it saw one bound CPU only, and sleep."""
        own = {"LD_LIBRARY_PATH": str(PTHREAD_BLAS), "OMP_PROC_BIND": "false", "OPENBLAS_NUM_THREADS": "2"}
        said, rows, facts = run(own, "--kernels=direct,im2col_gemm,batched_gemm")
        self.assertRegex(said, r"threads beside the \d+ of OpenMP: \d+, seen first with \w+: OpenBLAS [\d.]+ has threads of its own; it was told to use "
                               "one, so they should sleep; repetitions during which such threads run are marked")
        self.assertIn("threads of its own", facts["libraries"]["blas"])
        self.assertGreater(facts["outcome"]["foreign_threads"], 0)
        self.assertNotIn("foreign", marks(rows))

    @unittest.skipUnless(LLVM_OPENMP.exists(), f"{LLVM_OPENMP} is not there: libomp5 is not installed")
    @unittest.skipUnless("FOREIGN_THREAD_LIBRARY" in os.environ, "the sanitizers want to be loaded first themselves")
    def test_two_openmp_runtimes(self):
        said, _, facts = run({"LD_PRELOAD": str(LLVM_OPENMP)}, "--kernels=direct")
        self.assertRegex(said, r"there are two OpenMP runtimes in this process \(lib[^ ]*omp[^ ]*, lib[^ ]*omp[^ ]*\)")
        self.assertIn(", ", facts["run"]["openmp_runtimes"])


if __name__ == "__main__":
    unittest.main()
