#!/usr/bin/python3
"""test_isolate.py - --isolate: a kernel that crashes or hangs is a failed row with its reason, and the sweep goes on."""
# SPDX-License-Identifier: Apache-2.0

import csv
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from tool import QUICK, SMALL, bench

OTHER = "g2mb1ic8oc8ih7kh3ph1"
SWEEP = [f"--problems={SMALL},{OTHER}", "--threads=1,2", "--isolate"]
MUTANTS = ["--kernels=mutant@none,mutant@dies,mutant@hangs,ref", "--time-limit=3"]


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def key(row):
    return tuple(row[name] for name in ("set", "name", "problem", "direction", "layout", "kernel", "threads", "cache"))


class Isolate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "rows.csv"

    def mutants(self, *flags):
        return subprocess.run([os.environ["GCONV_BENCH_MUTANTS"], *QUICK, *SWEEP, *MUTANTS, *flags], capture_output=True, text=True)

    def test_crash_and_hang(self):
        done = self.mutants(f"--csv={self.path}")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("8 timed, 0 skipped, 8 failed", done.stderr)
        found = read(self.path)
        self.assertEqual(len({key(row) for row in found}), 16)
        self.assertEqual(len(found), 16)
        for row in found:
            fault = row["kernel"].partition("@")[2]
            reason = {"dies": "its process ended by signal 11 (Segmentation fault)", "hangs": "killed at the time limit of 3 s"}
            self.assertEqual((row["status"], row["reason"]), ("failed", reason[fault]) if fault in reason else ("ok", ""), row)
            self.assertEqual(row["time_median_ns"] != "", row["status"] == "ok")

    def test_continued(self):
        """Failed rows are finished, too: a kernel that hangs does not hold up the run that continues."""
        self.mutants(f"--csv={self.path}")
        whole = self.path.read_bytes()
        lines = whole.splitlines(keepends=True)
        self.path.write_bytes(b"".join(lines[:7]) + lines[7][:40])
        self.mutants(f"--resume={self.path}")
        self.assertEqual(sorted(map(key, read(self.path))), sorted(key(row) for row in csv.DictReader(whole.decode().splitlines())))
        self.assertIn("nothing is left to do", self.mutants(f"--resume={self.path}").stderr)

    def test_hang_without(self):
        """In one process it ends the run, with its row; resumed, the run goes on behind it."""
        flags = [f"--problems={SMALL}", "--threads=1", "--kernels=mutant@hangs,ref", "--time-limit=2"]
        command = [os.environ["GCONV_BENCH_MUTANTS"], *QUICK, *flags]
        done = subprocess.run([*command, f"--csv={self.path}"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("mutant@hangs/t1/warm: did not return within the time limit of 2 s", done.stderr)
        self.assertIn(f"--resume={self.path} goes on behind it", done.stderr)
        self.assertEqual([(row["kernel"], row["status"]) for row in read(self.path)], [("mutant@hangs", "failed")])
        done = subprocess.run([*command, f"--resume={self.path}"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([(row["kernel"], row["status"]) for row in read(self.path)], [("mutant@hangs", "failed"), ("ref", "ok")])

    def test_hang_of_a_block(self):
        command = [os.environ["GCONV_BENCH_MUTANTS"], *QUICK, "--level=block", "--problems=separable_512", "--threads=1",
                   "--kernels=mutant@hangs", "--time-limit=2", f"--csv={self.path}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("did not return within the time limit of 2 s", done.stderr)
        self.assertEqual({row["status"] for row in read(self.path)}, {"failed"})

    def test_as_without(self):
        """The same rows, columns and errors as of a run in one process; caches too."""
        flags = [f"--problems={SMALL},{OTHER}", "--kernels=direct,naive_split,merged_gemm@m2", "--threads=1,2", "--layout=native,nchw",
                 "--cache=warm,cold"]
        bench(*flags, f"--csv={self.path}")
        plain = {key(row): row for row in read(self.path)}
        bench(*flags, "--isolate", f"--csv={self.path}")
        alone = {key(row): row for row in read(self.path)}
        self.assertEqual(plain.keys(), alone.keys())
        for which, row in plain.items():
            for column in ("isa", "plan", "macs", "err", "status", "reason", "packed_bytes", "workspace_bytes", "copies", "intensity", "cpus"):
                self.assertEqual(row[column], alone[which][column], f"{column} of {which}")
            for column, value in row.items():
                if column not in ("marks", "ghz"):
                    self.assertEqual(value == "", alone[which][column] == "", f"{column} of {which}")

    def start_hanging(self):
        flags = ["--kernels=mutant@none,mutant@hangs", "--time-limit=600", f"--csv={self.path}"]
        process = subprocess.Popen([os.environ["GCONV_BENCH_MUTANTS"], *QUICK, *SWEEP, *flags], stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 60
        while time.monotonic() < end and (not self.path.exists() or len(read(self.path)) < 2):
            time.sleep(0.05)
        time.sleep(1)  # into the one that hangs
        return process

    def children(self, process):
        return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()

    def test_interrupted(self):
        """A kernel that does not return cannot end in good order: the second signal ends it."""
        process = self.start_hanging()
        children = self.children(process)
        self.assertEqual(len(children), 1)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertIn(process.returncode, (-signal.SIGINT, 128 + signal.SIGINT))
        self.assertEqual({row["status"] for row in read(self.path)}, {"ok"})
        self.gone(children[0])

    def test_killed(self):
        """No process outlives the run."""
        process = self.start_hanging()
        children = self.children(process)
        process.kill()
        process.communicate()
        self.gone(children[0])

    def gone(self, child):
        end = time.monotonic() + 30
        while time.monotonic() < end and Path(f"/proc/{child}/stat").exists() and \
                Path(f"/proc/{child}/stat").read_text(encoding="ascii").rsplit(")")[1].split()[0] != "Z":
            time.sleep(0.05)
        self.assertLess(time.monotonic(), end, "the process is still there")

    def test_usage(self):
        for flags, says in [
            (["--isolate"], "--isolate: the results go to a file alone"),
            (["--isolate", f"--csv={self.path}", "--level=block"], "--isolate: of layers only"),
            (["--isolate", f"--csv={self.path}", "--benchmark_out=x"], "--benchmark_out: not with --isolate"),
            (["--isolate", "--time-limit=-3"], "--time-limit: '-3' is not a number of seconds above 0"),
            (["--isolated-job=0"], "'0' is no job of --isolate"),
        ]:
            self.assertIn(says, bench(*flags, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
