#!/usr/bin/python3
"""test_best.py - gconv-info best: who is fastest for a layer, in a line a layout; and that its figures are gconv-bench's."""
# SPDX-License-Identifier: Apache-2.0

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from tool import SMALL

INFO = Path(os.environ["GCONV_BENCH"]).parent / "gconv-info"
OTHER = "g2mb1ic8oc8ih9kh3ph1"
WIDTH = 100
KERNELS = {"direct", "im2col_gemm", "naive_split"}
LINE = re.compile(r"^(?P<layout>native|nchw|nhwc) +(?P<kernel>\S+) +(?P<median>[\d.]+) +(?P<low>[\d.]+)\.\.(?P<high>[\d.]+) +(?P<peak>[\d.]+) +"
                  r"(?P<sign>[≈~?]?) *(?P<ratio>[\d.]+) (?P<second>\S+) +(?P<onednn>[≈~?]? *[\d.]+|-)$")


def best(*arguments, code=0, **environment):
    done = subprocess.run([INFO, "best", *arguments], capture_output=True, encoding="utf-8", env={**os.environ, **environment})
    assert done.returncode == code, f"exit code {done.returncode}:\n{done.stderr}"
    return done


def tables(text):
    """{heading: lines of layouts}"""
    found = {}
    for part in text.split("\n\n"):
        heading, *lines = part.splitlines()
        if lines and lines[0].startswith("layout "):
            found[heading] = [match.groupdict() for match in map(LINE.match, lines) if match]
    return found


class Layers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.done = best(SMALL, OTHER, f"--kernels={','.join(sorted(KERNELS))}", "--threads=1", "--dir=fwd,bwd_w", "--budget=0.3")
        cls.tables = tables(cls.done.stdout)

    def test_a_table_a_direction_with_a_line_a_layout(self):
        self.assertEqual([heading.split()[0] for heading in self.tables], ["fwd", "bwd_w"] * 2)
        for heading, lines in self.tables.items():
            self.assertRegex(heading, r"^(fwd|bwd_w) g[24]mb1_.*, 1 thread$")
            self.assertEqual([line["layout"] for line in lines], ["native", "nchw", "nhwc"], self.done.stdout)

    def test_fastest_and_runner_up_are_two_kernels_in_their_order(self):
        for line in (line for lines in self.tables.values() for line in lines):
            self.assertLessEqual({line["kernel"], line["second"]}, KERNELS)
            self.assertNotEqual(line["kernel"], line["second"])
            self.assertGreaterEqual(float(line["ratio"]), 1)
            self.assertTrue(float(line["low"]) <= float(line["median"]) <= float(line["high"]), line)
            self.assertEqual(line["onednn"], "-", "it was not asked for")

    def test_for_people(self):
        self.assertLessEqual(max(map(len, self.done.stdout.splitlines())), WIDTH)
        self.assertIn("ratios: time of the runner-up, and of onednn, to the fastest one's", self.done.stdout)
        self.assertEqual(self.done.stderr, "")


class Training(unittest.TestCase):
    def test_all_directions_and_the_yardstick(self):
        found = tables(best(SMALL, "--train", "--kernels=direct,onednn", "--threads=1", "--layout=nchw", "--isa=scalar").stdout)
        self.assertEqual([heading.split()[0] for heading in found], ["fwd", "bwd_d", "bwd_w"])
        for (line,) in found.values():
            if line["onednn"] == "-":
                self.skipTest("no oneDNN in this build")
            ratio = line["onednn"].lstrip("≈~? ")
            self.assertEqual(ratio, "1.00" if line["kernel"] == "onednn" else line["ratio"])


class Started(unittest.TestCase):
    """What gconv-bench is given, seen by a stand-in that lies beside a copy of gconv-info."""

    def stand_in(self, script, *arguments, code, **environment):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "gconv-info"
            copy.write_bytes(INFO.read_bytes())
            copy.chmod(0o755)
            if script:
                bench = Path(folder) / "gconv-bench"
                bench.write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
                bench.chmod(0o755)
            library = Path(os.environ["GCONV_BENCH"]).resolve().parent.parent / "lib"
            done = subprocess.run([copy, "best", SMALL, *arguments], capture_output=True, text=True,
                                  env={**os.environ, "LD_LIBRARY_PATH": str(library), **environment})
            self.assertEqual(done.returncode, code, done.stderr)
            return done

    def test_without_what_makes_openblas_another_processors(self):
        done = self.stand_in('echo "$@ core ${OPENBLAS_CORETYPE-none} ${OPENBLAS_L2_SIZE-none}" >&2; exit 1', "--threads=3", "--mb=2", code=1,
                             OPENBLAS_CORETYPE="Prescott", OPENBLAS_L2_SIZE="1024")
        self.assertIn("core none none", done.stderr)
        for word in (f"--problems={SMALL}", "--threads=3", "--mb=2", "--layout=native,nchw,nhwc"):
            self.assertIn(word, done.stderr.split())
        self.assertNotIn("--threads=all", done.stderr)

    def test_on_the_cpus_that_openmp_took_from_its_parent(self):
        cpus = len(os.sched_getaffinity(0))
        done = self.stand_in("env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc >&2; exit 1", code=1, OMP_PROC_BIND="close", OMP_PLACES="cores")
        self.assertIn(str(cpus), done.stderr.split())

    def test_its_end_is_ours(self):
        self.assertEqual(self.stand_in("kill -9 $$", code=1).stdout, "")
        self.assertIn("gconv-bench: No such file or directory", self.stand_in(None, code=1).stderr)


class Usage(unittest.TestCase):
    def test_wrong_usage(self):
        for arguments, sentence in [((), "no problem given"), (("--train",), "no problem given"), ((SMALL, "--csv=x"), "'--csv=x' is not an option of it"),
                                    ((SMALL, "--train", "--dir=fwd"), "--train is all directions"), (("nosuch",), "'nosuch' is neither"),
                                    ((SMALL, "--kernels=nosuch"), "no kernel matches 'nosuch'"), ((SMALL, "--isa=sse"), "'sse' is not"),
                                    ((SMALL, *["--seed=1"] * 70), "too many options")]:
            done = best(*arguments, code=2)
            self.assertIn(sentence, done.stderr)
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
