#!/usr/bin/python3
"""test_problem_files.py - files of problems given to the tools: which benchmarks, checks and plans they become, and what is said of them."""
# SPDX-License-Identifier: Apache-2.0

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import tool

BIN = Path(os.environ["GCONV_BENCH"]).parent
BENCHDNN = """--conv --dir=BWD_WB --stag=nhwc g8ic8ih5iw1oc8oh2ow1kh5kw1sh2sw1ph2pw0
--reset --dir=FWD_B,BWD_D --mb=3
--batch=inner
--matmul 3x2:2x1
"""
BWD_W, INNER = "g8mb2_ic8oc8_ih5oh2kh5sh2ph2_iw1ow1kw1sw1pw0", "mb3_ic8oc8_ih5oh3kh3sh1ph0"
DECONVOLUTION = "ic96ih55iw55oc3oh227ow227kh11kw11sh4sw4ph0pw0"


def run(program, *arguments):
    return subprocess.run([BIN / program, *arguments], capture_output=True, text=True, errors="surrogateescape", check=False)


class ProblemFiles(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.file = self.folder / "outer"
        self.file.write_text(BENCHDNN, encoding="utf-8")
        (self.folder / "inner").write_bytes(b"\xef\xbb\xbfic8oc8ih5kh3\r\n")

    def listed(self, *flags):
        done = tool.bench(f"--problems={self.file}", "--kernels=direct", "--threads=1", "--benchmark_list_tests", *flags)
        return [line.split("/")[0] + " " + line.split("/")[2] for line in done.stdout.splitlines()], done.stderr

    def test_directions(self):
        names, stderr = self.listed()
        self.assertEqual(names, [f"bwd_w {BWD_W}", f"fwd {INNER}", f"bwd_d {INNER}"])
        self.assertEqual(stderr.splitlines(), [f"{self.file}: options that are not followed: --stag",
                                               f"{self.file}: descriptors left out: 1 of other drivers than --conv"])
        self.assertEqual(self.listed("--dir=bwd_d")[0], [f"bwd_d {BWD_W}", f"bwd_d {INNER}"])

    def test_every_tool(self):
        for program, arguments in (("gconv-check", [f"--problems={self.file}", "--checks=values"]), ("gconv-info", ["problem", self.file])):
            done = run(program, *arguments, "--kernels=direct", "--threads=1", "--layout=native")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("not followed: --stag", done.stderr)
            for direction, problem, there in (("bwd_w", BWD_W, True), ("fwd", BWD_W, False), ("bwd_d", INNER, True), ("bwd_w", INNER, False)):
                if program == "gconv-check":
                    self.assertEqual(f"{direction}/native/{problem}/" in done.stdout, there, done.stdout)
                else:
                    table = done.stdout[done.stdout.index(problem):].split("\n\n")[0]
                    self.assertEqual(f" {direction} " in table.split("plan, or why not")[1], there, table)

    def test_notes_are_printed_once(self):
        done, rows = tool.rows("--isolate", f"--problems={self.file}", "--kernels=direct,naive_split", "--threads=1")
        self.assertEqual(done.stderr.count("not followed"), 1, done.stderr)
        self.assertEqual(len(rows), 6)

    def test_names_in_latin_1(self):
        path = os.fsencode(self.folder) + b"/caf\xe9.txt"
        with open(path, "wb") as file:
            file.write(b'ic8oc8ih5kh3n"layer \xe9"\n')
        json, environment = self.folder / "out.json", self.folder / "environment.txt"
        done, rows = tool.rows(b"--problems=" + path, "--kernels=direct", "--threads=1", f"--benchmark_out={json}", f"--environment={environment}")
        self.assertEqual((rows[0]["set"], rows[0]["name"]), ("caf?", "layer ?"))
        for written in (json, environment):
            written.read_text(encoding="utf-8")
        done = subprocess.run([BIN / "gconv-check", b"--problems=" + path + b"no"], capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("caf?.txtno: No such file", done.stderr.decode("utf-8"))

    def test_a_deconvolution(self):
        done = run("gconv-info", "problem", DECONVOLUTION)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("213 of 227 rows and 213 of 227 columns of the output see only padding: is it a deconvolution?", done.stderr)
        rows = [line for line in done.stdout.splitlines() if line.startswith("onednn ")]
        if any("not in this build" in line or "not available" in line for line in rows):
            return
        self.assertEqual(sum("not planned: " in line for line in rows), 3, done.stdout)
        for descriptor, there in (("ic64oc64ih28kh3ph1", False), ("mb256ic512oc512ih56kh3ph1", True)):
            done = run("gconv-info", "problem", descriptor, "--kernels=onednn")
            self.assertEqual("not planned" in done.stdout, there, done.stdout)


if __name__ == "__main__":
    unittest.main()
