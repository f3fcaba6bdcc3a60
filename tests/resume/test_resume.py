#!/usr/bin/env python3
"""test_resume.py GCONV_BENCH - long runs: killed at random moments and continued, interrupted, out of disk space.

GCONV_KILLS is how many kills (default 8; 100 takes some minutes), GCONV_SEED where their moments come from.
"""
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BENCH = sys.argv.pop(1)
KILLS = int(os.environ.get("GCONV_KILLS", "8"))
SEED = int(os.environ.get("GCONV_SEED", "1"))
SWEEP = ["--problems=smoke,edges", "--kernels=direct,naive_split,merged_gemm", "--threads=1", "--progress=none",
         "--mb=1", "--dir=fwd,bwd_d", "--benchmark_min_time=0.001", "--benchmark_repetitions=1"]
KEY = ["set", "name", "problem", "direction", "layout", "kernel", "threads", "cache"]


def start(*arguments):
    return subprocess.Popen([BENCH, *SWEEP, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(*arguments):
    process = start(*arguments)
    return process.communicate()[1], process.returncode


def keys(path, torn_end=False):
    """One tuple a row; a torn or half row would have another number of fields. `torn_end`: of the rows before the last line end."""
    with open(path, newline="") as file:
        text = file.read()
    if torn_end:
        text = text[:text.rfind("\n") + 1]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if torn_end and not rows:
        return []
    assert all(len(row) == len(rows[0]) for row in rows), "a row is torn"
    columns = [rows[0].index(name) for name in KEY]
    return sorted(tuple(row[c] for c in columns) for row in rows[1:])


class Resume(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.whole = os.path.join(self.folder.name, "whole.csv")
        self.resumed = os.path.join(self.folder.name, "resumed.csv")

    def tearDown(self):
        self.folder.cleanup()

    def test_killed_again_and_again(self):
        """No row is lost, none is there twice, whenever the process dies; a torn row is measured again."""
        begin = time.monotonic()
        self.assertEqual(finish("--csv=" + self.whole)[1], 0)
        longest = time.monotonic() - begin
        draw = random.Random(SEED)
        whole, before, crashed = keys(self.whole), [], False
        for kill in range(KILLS):
            process = start("--resume=" + self.resumed)
            time.sleep(draw.uniform(0, longest))
            process.kill()
            process.communicate()
            if not os.path.exists(self.resumed):
                continue
            # Killed before it has cut off what an earlier crash tore, a process leaves that: the one that finishes does not.
            found = keys(self.resumed, torn_end=True)
            self.assertEqual(len(found), len(set(found)), "a row is there twice")
            self.assertLessEqual(set(found), set(whole))
            if not crashed:
                self.assertLessEqual(set(before), set(found), "a row is lost")
            before, crashed = found, len(found) == len(whole) or kill % 8 == 7
            if crashed:
                os.truncate(self.resumed, draw.randrange(os.path.getsize(self.resumed) + 1))  # a crash of the machine
        self.assertEqual(finish("--resume=" + self.resumed)[1], 0)
        self.assertEqual(keys(self.resumed), keys(self.whole))
        stderr, code = finish("--resume=" + self.resumed)
        self.assertEqual(code, 0)
        self.assertIn("nothing is left to do", stderr)

    def test_other_columns(self):
        with open(self.resumed, "w") as file:
            file.write("set,name\nx,y\n")
        stderr, code = finish("--resume=" + self.resumed)
        self.assertEqual(code, 2)
        self.assertIn("does not begin with the columns", stderr)
        with open(self.resumed) as file:
            self.assertEqual(file.read(), "set,name\nx,y\n")

    def test_interrupted(self):
        process = start("--csv=" + self.whole)
        while process.poll() is None and (not os.path.exists(self.whole) or os.path.getsize(self.whole) < 2000):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        stderr = process.communicate()[1]
        self.assertEqual(process.returncode, 128 + signal.SIGINT)
        self.assertIn("interrupted", stderr)
        self.assertGreater(len(keys(self.whole)), 0)

    def test_nowhere_to_write(self):
        for path, says in [("/dev/full", "No space left"), ("/nonexistent/rows.csv", "No such file")]:
            for option in ["--csv=", "--resume="]:
                if path == "/dev/full" and option == "--resume=":
                    continue  # a device cannot be continued
                stderr, code = finish(option + path)
                self.assertNotEqual(code, 0)
                self.assertIn(says, stderr)

    def test_disk_fills_up(self):
        """Room for the header and a few rows: the run says so in the end."""
        script = 'ulimit -f 8; trap "" XFSZ; exec "$@"'
        done = subprocess.run(["bash", "-c", script, "bash", BENCH, *SWEEP, "--csv=" + self.whole],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "whole.csv: (File too large|No space left)")
        self.assertGreater(len(keys(self.whole)), 0)


unittest.main()
