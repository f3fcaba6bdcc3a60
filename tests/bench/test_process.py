#!/usr/bin/python3
"""test_process.py - what shells, containers and users hand a process: closed descriptors, small stacks and address spaces, threads that are
not there, values that Google Benchmark cannot use. Every tool ends with a result or a sentence."""
# SPDX-License-Identifier: Apache-2.0

import csv
import os
import resource
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tool import SMALL

BENCH = Path(os.environ["GCONV_BENCH"])
TOOLS = {
    "gconv-bench": [str(BENCH), "--benchmark_repetitions=1", "--benchmark_min_time=0", "--progress=none", f"--problems={SMALL}", "--kernels=direct"],
    "gconv-check": [str(BENCH.parent / "gconv-check"), f"--problems={SMALL}", "--kernels=direct,im2col_gemm", "--checks=values", "--dir=fwd"],
    "gconv-train": [str(BENCH.parent / "gconv-train"), "--steps=40", "--mb=2", "--kernels=direct"],
    "gconv-info": [str(BENCH.parent / "gconv-info"), "machine", "--measure"],
}
THREADED = ("gconv-bench", "gconv-check", "gconv-train")

TIME_LIMIT = int(os.environ.get("GCONV_TIME_LIMIT", "120"))  # seconds


def run(command, environment=None, prepare=None):
    return subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, preexec_fn=prepare,
                          env={**os.environ, **(environment or {})})


def limit(which, soft, hard=None):
    return lambda: resource.setrlimit(which, (soft, hard if hard is not None else resource.getrlimit(which)[1]))


class Threads(unittest.TestCase):
    def refused(self, tool, environment, says):
        done = run([*TOOLS[tool], "--threads=2"], environment)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(says, done.stderr)
        self.assertNotIn("never written", done.stdout)

    def test_a_team_that_comes_out_smaller(self):
        for tool in THREADED:
            for environment, says in [({"OMP_THREAD_LIMIT": "1"}, "a team of 2 threads of OpenMP has 1: OMP_THREAD_LIMIT allows 1"),
                                      ({"OMP_DYNAMIC": "true"}, "OMP_DYNAMIC=true lets it give fewer threads than are asked for"),
                                      ({"OMP_MAX_ACTIVE_LEVELS": "0"}, "OMP_MAX_ACTIVE_LEVELS=0 makes every team one of a single thread")]:
                with self.subTest(tool=tool, environment=environment):
                    self.refused(tool, environment, says)

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "one CPU: the ceilings are those of one thread")
    def test_ceilings_of_a_team_that_comes_out_smaller(self):
        done = run(TOOLS["gconv-info"], {"OMP_THREAD_LIMIT": "1"})
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("OMP_THREAD_LIMIT allows 1", done.stderr)

    def one_cpu(self, *flags, environment=None):
        """Bound to one CPU, as by taskset."""
        cpu = min(os.sched_getaffinity(0))
        return run([*TOOLS["gconv-bench"], *flags], environment, lambda: os.sched_setaffinity(0, {cpu}))

    def test_more_threads_than_cpus(self):
        done = self.one_cpu("--threads=2")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--threads: 2: this process may run on 1 CPU", done.stderr)
        self.assertEqual(self.one_cpu("--threads=all").returncode, 0)

    def test_places_are_fewer_than_threads(self):
        cpu = min(os.sched_getaffinity(0))
        done = run([*TOOLS["gconv-bench"], "--threads=2"], {"OMP_PLACES": f"{{{cpu}}}", "OMP_PROC_BIND": "close"})
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("this process may run on 1 CPU", done.stderr)

    def test_oversubscribed_rows_are_marked(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            done = self.one_cpu("--threads=1,2", "--oversubscribe", f"--csv={path}")
            self.assertEqual(done.returncode, 0, done.stderr)
            with path.open(newline="", encoding="utf-8") as file:
                marked = {row["threads"]: "oversubscribed" in row["marks"].split() for row in csv.DictReader(file)}
            self.assertEqual(marked, {"1": False, "2": True})

    def test_a_default_team_of_any_size(self):
        """Loops that name no number of threads start no hundred thousand."""
        for tool in THREADED:
            with self.subTest(tool=tool):
                done = run([*TOOLS[tool], "--threads=1"], {"OMP_NUM_THREADS": "99999"})
                self.assertEqual(done.returncode, 0, done.stderr)


class Descriptors(unittest.TestCase):
    def test_closed_ones_are_no_file_s(self):
        """What is printed does not end up in the first file opened."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            mutants = [os.environ["GCONV_BENCH_MUTANTS"], *TOOLS["gconv-bench"][1:-1], "--kernels=ref"]
            for name, command in {"bench": TOOLS["gconv-bench"], "train": TOOLS["gconv-train"], "mutants": mutants}.items():
                subprocess.run(["bash", "-c", 'exec "$@" <&- >&- 2>&-', "-", *command, "--threads=1", f"--csv={path}"], timeout=TIME_LIMIT, check=False)
                lines = path.read_text(encoding="utf-8").splitlines()
                with self.subTest(tool=name):
                    self.assertGreaterEqual(len(lines), 2)
                    self.assertEqual({line.count(",") >= lines[0].count(",") for line in lines}, {True})
                path.unlink()

    def test_closed_ones_are_open(self):
        """Also of the tools that write no file."""
        for command in (TOOLS["gconv-check"], TOOLS["gconv-info"][:2]):
            with self.subTest(tool=command[0]):
                done = subprocess.run(["bash", "-c", 'exec "$@" <&- >&- 2>&-', "-", *command], timeout=TIME_LIMIT, check=False)
                self.assertEqual(done.returncode, 0)


class Limits(unittest.TestCase):
    def test_stack_that_can_be_raised(self):
        for tool, command in TOOLS.items():
            with self.subTest(tool=tool):
                done = run(command, prepare=limit(resource.RLIMIT_STACK, 128 << 10))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_stack_that_cannot(self):
        for tool, command in TOOLS.items():
            with self.subTest(tool=tool):
                done = run(command, prepare=limit(resource.RLIMIT_STACK, 128 << 10, 128 << 10))
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"{tool}: the stack is limited to 128 KiB (ulimit -s)", done.stderr)

    def test_stacks_of_threads(self):
        done = run([*TOOLS["gconv-check"], "--threads=2"], {"OMP_STACKSIZE": "16K"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("OMP_STACKSIZE=16K is less than", done.stderr)

    @unittest.skipIf("GCONV_SANITIZED" in os.environ, "a sanitizer reserves terabytes")
    def test_address_space_too_small_to_start(self):
        for tool, command in TOOLS.items():
            with self.subTest(tool=tool):
                done = run(command, prepare=limit(resource.RLIMIT_AS, 300000 << 10))
                self.assertEqual(done.returncode, 1)
                self.assertIn("the address space is limited to 300000 KiB (ulimit -v)", done.stderr)

    @unittest.skipIf("GCONV_SANITIZED" in os.environ, "a sanitizer reserves terabytes")
    def test_address_space_too_small_for_some_threads(self):
        """A result, or a skip that says so, and in any case an end."""
        for size in range(380000, 700000, 80000):
            done = run([*TOOLS["gconv-bench"][:-1], "--kernels=im2col_gemm", "--threads=2", "--oversubscribe"],
                       prepare=limit(resource.RLIMIT_AS, size << 10))
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertRegex(done.stderr, "1 timed, 0 skipped|OpenBLAS reserves [0-9]+ bytes of addresses for 2 threads|no memory|needs? [0-9]+ bytes|limit")


class Interrupt(unittest.TestCase):
    def test_a_long_step_of_a_network(self):
        """Heard at once, over at the end of a step: the whole check of this one takes minutes."""
        command = [str(BENCH), "--level=network", "--problems=resnet50", "--mb=32", "--kernels=naive_split", "--threads=1", "--progress=plain"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            line = ""
            while "[1/" not in line and (line := process.stderr.readline()):
                pass
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            lines = process.communicate(timeout=TIME_LIMIT)[1]
        self.assertEqual(process.returncode, 128 + signal.SIGINT, lines)
        self.assertIn("ends after the current call; a second signal ends it at once", lines)
        self.assertIn("0 timed, 0 skipped, 0 failed, interrupted", lines)
        self.assertNotIn("FAILED", lines)


class Flags(unittest.TestCase):
    def test_values_that_cannot_be_used(self):
        for flag in ("format=xml", "time_unit=m", "min_time=nan", "min_time=inf", "min_time=-1", "min_time=1e300", "min_time=1e30x", "min_time=",
                     "min_warmup_time=inf", "min_warmup_time=nan", "min_warmup_time=-1", "repetitions=-1", "repetitions=0", "repetitions=",
                     "repetitions=2x", "color=blue", "out_format=xml", "list_tests=perhaps", "counters_tabular=x", "enable_random_interleaving=x"):
            name, _, value = flag.partition("=")
            for command, environment in (([f"--benchmark_{flag}"], {}), ([], {f"BENCHMARK_{name.upper()}": value})):
                with self.subTest(flag=flag, environment=environment):
                    words = [word for word in TOOLS["gconv-bench"] if not word.startswith("--benchmark_")]
                    done = run([*words, "--threads=1", *command], environment)
                    self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                    self.assertIn(f"={value}: expected", done.stderr)
                    self.assertIn(name.lower(), done.stderr.lower())

    def test_values_that_can(self):
        for flag in ("min_time=0.001", "min_time=0.001s", "min_time=2x", "format=json", "format=csv", "time_unit=ms", "color=false", "v=0"):
            prefix = "--" if flag.startswith("v=") else "--benchmark_"
            with self.subTest(flag=flag):
                done = run([*TOOLS["gconv-bench"], "--threads=1", prefix + flag])
                self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
