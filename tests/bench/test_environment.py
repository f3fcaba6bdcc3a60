#!/usr/bin/python3
"""test_environment.py - environment.json: every key that a reader may count on, with its type, whole also when a run ends early."""
# SPDX-License-Identifier: Apache-2.0

import json
import os
import re
import shlex
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tool import QUICK, SMALL, bench

TEXT, NUMBER, FLAG = str, int, bool
MAYBE = type(None)  # null where the machine does not show it
KEYS = {
    "cpu": {
        "model": (TEXT, MAYBE), "vendor": (TEXT, MAYBE), "stepping": (TEXT, MAYBE), "microcode": (TEXT, MAYBE), "isas": TEXT,
        "vector_flags": (TEXT, MAYBE), "virtual_machine": (FLAG, MAYBE), "container": TEXT, "cpus_online": NUMBER,
        "cpus_usable": NUMBER, "cores_usable": (NUMBER, MAYBE), "packages_usable": (NUMBER, MAYBE), "governor": (TEXT, MAYBE),
        "max_khz": (TEXT, MAYBE), "boost": (TEXT, MAYBE), "cpu_quota": (TEXT, MAYBE), "load_average": (TEXT, MAYBE),
    },
    "caches": {"l1d_bytes": NUMBER, "l2_bytes": NUMBER, "l3_bytes": NUMBER, "l1d_source": TEXT, "l2_source": TEXT, "l3_source": TEXT},
    "memory": {"total_bytes": NUMBER, "available_bytes": (NUMBER, MAYBE), "numa_nodes": (NUMBER, MAYBE),
               "transparent_hugepages": (TEXT, MAYBE)},
    "system": {"distribution": (TEXT, MAYBE), "kernel": TEXT, "kernel_version": TEXT, "machine": TEXT, "libc": TEXT},
    "build": {"gconv": TEXT, "commit": (TEXT, MAYBE), "dirty": (FLAG, MAYBE), "compiler": TEXT, "type": TEXT, "flags": TEXT},
    "libraries": {"blas": TEXT, "batched_sgemm": TEXT, "onednn": TEXT, "benchmark": TEXT},
    "openmp": {"version": NUMBER, "max_threads": NUMBER, "proc_bind": TEXT, "places": NUMBER, "dynamic": FLAG},
    "environment": {"OMP_PROC_BIND": (TEXT, MAYBE), "OMP_PLACES": (TEXT, MAYBE), "OPENBLAS_CORETYPE": (TEXT, MAYBE)},
    "counters": {"papi": (TEXT, MAYBE), "available": FLAG, "perf_event_paranoid": (TEXT, MAYBE)},
    "run": {"command": TEXT, "started": TEXT, "seed": NUMBER, "problems": NUMBER, "kernels": NUMBER, "interleaving": TEXT, "clock": TEXT, "clock_tsc": TEXT, "clock_drift": TEXT, "clock_trusted": TEXT, "buffers": TEXT, "denormals": TEXT,
            "huge_pages": TEXT, "harness_ns_per_iteration": TEXT, "pinned_t1": TEXT},
    "plugins": {"count": NUMBER},
    "outcome": {"finished": TEXT, "timed": NUMBER, "skipped": NUMBER, "failed": NUMBER, "clock_drift": TEXT, "clock_trusted": TEXT},
}


class Environment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = Path(cls.folder.name) / "environment.json"
        cls.flags = [f"--problems={SMALL}", "--kernels=nai*,direct", "--threads=1", "--seed=7", "--verbose", f"--environment={cls.path}"]
        cls.done = bench(*cls.flags)
        cls.found = json.loads(cls.path.read_text(encoding="utf-8"))

    def test_every_key_with_its_type(self):
        for section, keys in KEYS.items():
            for key, kind in keys.items():
                self.assertIn(key, self.found.get(section, {}), section)
                value = self.found[section][key]
                self.assertIsInstance(value, kind, f"{section}.{key}")
                if kind is NUMBER:
                    self.assertNotIsInstance(value, bool, f"{section}.{key}")

    def test_the_run(self):
        run, outcome = self.found["run"], self.found["outcome"]
        self.assertEqual(shlex.split(run["command"])[1:], [*QUICK, *self.flags])
        self.assertEqual((run["seed"], run["problems"], run["kernels"]), (7, 1, 2))
        self.assertEqual((outcome["timed"], outcome["skipped"], outcome["failed"]), (2, 0, 0))
        self.assertLessEqual(run["started"], outcome["finished"])
        self.assertNotIn("ended_by_signal", outcome)

    def test_the_clock(self):
        """Tried and compared; here with figures that any machine with a usable clock reaches."""
        run, outcome = self.found["run"], self.found["outcome"]
        cost, step = re.fullmatch(r"CLOCK_MONOTONIC, ([\d.]+) ns a reading, smallest step (\d+) ns", run["clock"]).groups()
        self.assertTrue(0 < float(cost) < 1e5 and 0 < int(step) < 1e8)
        for text in (run["clock_drift"], outcome["clock_drift"]):
            self.assertRegex(text, r"^[-+][\d.]+ ppm in [\d.]+ s against CLOCK_MONOTONIC_RAW, .* [-+][\d.]+ ppm against that$")
        for verdict in (run["clock_trusted"], outcome["clock_trusted"]):
            self.assertRegex(verdict, "^(yes|no: .+)$")
            self.assertEqual(verdict != "yes", verdict[4:] in self.done.stderr and "the clock is not to be trusted" in self.done.stderr)

    def test_the_context_is_in_it(self):
        context = dict(line.split(": ", 1) for line in self.done.stderr.splitlines() if ": " in line)
        for key in ("harness_ns_per_iteration", "pinned_t1", "buffers"):
            self.assertEqual(self.found["run"][key], context[key])

    def test_the_machine_is_gconv_info_s(self):
        info = Path(os.environ["GCONV_BENCH"]).parent / "gconv-info"
        machine = json.loads(subprocess.run([info, "machine", "--json"], check=True, capture_output=True, text=True).stdout)
        for section, keys in machine.items():
            self.assertLessEqual(set(keys), set(self.found[section]), section)
        for section in ("build", "caches", "libraries", "system"):
            self.assertEqual(machine[section], self.found[section])

    def test_no_half_written_file_is_left(self):
        self.assertEqual([path.name for path in Path(self.folder.name).iterdir()], ["environment.json"])


class EarlyEnd(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "environment.json"

    def stop(self, number):
        """A run of an hour, ended once it has begun."""
        flags = [f"--problems={SMALL}", "--kernels=direct", "--threads=1", "--budget=3600", "--benchmark_min_time=1s",
                 "--benchmark_repetitions=3600", "--progress=none", f"--environment={self.path}"]
        process = subprocess.Popen([os.environ["GCONV_BENCH"], *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while not self.path.exists() and time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(number)
        return process.wait(timeout=120), json.loads(self.path.read_text(encoding="utf-8"))

    def test_interrupted(self):
        code, found = self.stop(signal.SIGTERM)
        self.assertEqual(code, 128 + signal.SIGTERM)
        self.assertEqual(found["outcome"]["ended_by_signal"], signal.SIGTERM)

    def test_killed(self):
        code, found = self.stop(signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)
        self.assertIn("command", found["run"])
        self.assertNotIn("outcome", found)


class Usage(unittest.TestCase):
    def test_a_file_that_cannot_be_written(self):
        flags = [f"--problems={SMALL}", "--kernels=direct", "--threads=1"]
        done = bench(*flags, "--environment=/nowhere/environment.json", code=2)
        self.assertIn("/nowhere/environment.json: No such file or directory", done.stderr)
        self.assertIn("--environment: no file is named", bench(*flags, "--environment=", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
