#!/usr/bin/python3
"""test_outputs.py - results that cannot be written, for every place they can go to: said, and not an exit code of 0."""
# SPDX-License-Identifier: Apache-2.0

import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from tool import QUICK, SMALL

BIN = Path(os.environ["GCONV_BENCH"]).parent
RUN = [BIN / "gconv-bench", *QUICK, f"--problems={SMALL}", "--kernels=direct,naive_split", "--threads=1"]
FULL = "No space left on device"


def run(command, stdout=subprocess.DEVNULL, largest=None):
    """`largest`: no file may grow beyond so many KiB, as on a small disk."""
    limit = [] if largest is None else ["bash", "-c", f'ulimit -f {largest}; trap "" XFSZ; exec "$@"', "bash"]
    return subprocess.run([*limit, *command], stdout=stdout, stderr=subprocess.PIPE, text=True)


class Outputs(unittest.TestCase):
    def failed(self, done, says):
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertRegex(done.stderr, says)

    def test_a_full_device(self):
        for option, says in [("--csv", FULL), ("--environment", FULL), ("--benchmark_out", "could not be written whole")]:
            self.failed(run([*RUN, f"{option}=/dev/full"]), f"/dev/full: {says}")
        self.assertTrue(Path("/dev/full").is_char_device(), "it is written to, not replaced")
        self.failed(run([*RUN, "--resume=/dev/full"]), "/dev/full: ")

    def test_nowhere(self):
        for option in ("--csv", "--resume", "--environment", "--benchmark_out", "--ceilings"):
            for path, says in [("/nonexistent/file", "No such file or directory|cannot be written"), ("/proc/version/x", "Not a directory|cannot")]:
                self.failed(run([*RUN, f"{option}={path}"]), f"{path}: ({says})")
        with tempfile.TemporaryDirectory() as folder:
            for option in ("--csv", "--resume", "--environment", "--benchmark_out", "--ceilings"):
                self.failed(run([*RUN, f"{option}={folder}"]), f"{folder}: (Is a directory|cannot be written)")

    def test_a_disk_that_fills_up(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            for option, largest in (("--csv", 1), ("--resume", 1), ("--environment", 1), ("--benchmark_out", 1)):
                path.unlink(missing_ok=True)
                done = run([*RUN, f"{option}={path}"], largest=largest)
                self.failed(done, f"{path}: (File too large|No space left|could not be written whole)")
                self.assertEqual(list(Path(folder).glob("*.part")), [])
                if option in ("--csv", "--resume"):
                    self.assertEqual(path.read_bytes()[-1:], b"\n", "half a row")

    def test_a_disk_that_fills_up_below_isolated_processes(self):
        """The limit holds for the memory that they share with the run, too: 32 KiB, nearly full of other rows."""
        with tempfile.TemporaryDirectory() as folder:
            path, largest = Path(folder) / "rows.csv", 32
            self.assertEqual(run([*RUN, f"--csv={path}"]).returncode, 0)
            header, row = path.read_text(encoding="utf-8").splitlines(keepends=True)[:2]
            row = row.replace(",direct,", ",another,")
            full = header + (largest * 1024 - len(header) - 50) // len(row) * row
            full += row[:row.rindex(",")] + "," + "x" * (largest * 1024 - len(full) - len(row) - 50) + "\n"
            path.write_text(full, encoding="utf-8")
            self.failed(run([*RUN, "--isolate", f"--resume={path}"], largest=largest), f"{path}: (File too large|No space left on device)")
            self.assertEqual(path.read_text(encoding="utf-8"), full, "what was there has changed")

    def test_standard_output(self):
        commands = [
            RUN, [RUN[0], "--help"], [RUN[0], "--problems=list"], [RUN[0], "--kernels=list"], [RUN[0], "--counters=list"],
            [RUN[0], "--level=block", "--problems=list"], [*RUN, "--benchmark_list_tests"], [*RUN, "--benchmark_format=json"],
            [BIN / "gconv-check", "--problems=" + SMALL, "--kernels=direct"], [BIN / "gconv-check", "--help"],
            [BIN / "gconv-check", "--problems=list"], [BIN / "gconv-info", "--help"], [BIN / "gconv-info", "--version"],
            [BIN / "gconv-info", "kernels"], [BIN / "gconv-info", "machine"], [BIN / "gconv-info", "machine", "--json"],
            [BIN / "gconv-info", "problem", SMALL], [BIN / "gconv-info", "model", "list"], [BIN / "gconv-info", "model", "resnet50", "--csv"],
            [BIN / "gconv-info", "claims"], [BIN / "gconv-info", "claims", "--csv"],
            [BIN / "gconv-train", "--help"], [BIN / "gconv-train", "--kernels=list"],
            [BIN / "gconv-train", "--kernels=direct", "--threads=1", "--steps=2"],
        ]
        for command in commands:
            with open("/dev/full", "w", encoding="ascii") as full, self.subTest(" ".join(map(str, command))):
                done = run(command, stdout=full)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertRegex(done.stderr, f"(?m)^{command[0].name}: standard output: {FULL}$")
                self.assertNotIn("Success", done.stderr)


if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    unittest.main()
