#!/usr/bin/python3
"""test_plugins.py - kernels of a plug-in are listed, checked, timed and trained with like built-in ones, and what is no
plug-in of this library is refused with a sentence that names the file."""
# SPDX-License-Identifier: Apache-2.0

import csv
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SMALL = "g4mb1ic16oc16ih6kh3ph1"
QUICK = ["--oversubscribe", "--benchmark_repetitions=1", "--benchmark_min_time=0", "--progress=none", "--threads=1"]
PLUGINS = Path(os.environ["GCONV_PLUGINS"])
GATHER, CRASH = f"--plugin={PLUGINS}/gather.so", f"--plugin={PLUGINS}/crash.so"
TOOLS = {"BENCH": [f"--problems={SMALL}", *QUICK], "CHECK": [f"--problems={SMALL}"], "INFO": ["kernels"], "TRAIN": ["--steps=2"]}


def run(tool, *arguments, code=0, **options):
    done = subprocess.run([os.environ[f"GCONV_{tool}"], *arguments], capture_output=True, text=True, **options)
    assert done.returncode == code, f"exit code {done.returncode}:\n{done.stdout}{done.stderr}"
    return done


def csv_rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Good(unittest.TestCase):
    def test_listed(self):
        for arguments in (["kernels", GATHER], ["problem", SMALL, GATHER, "--kernels=gather"]):
            self.assertRegex(run("INFO", *arguments).stdout, r"(?m)^gather ")
        self.assertRegex(run("CHECK", "--kernels=list", GATHER).stdout, r"(?m)^gather ")

    def test_checked(self):
        """Every kernel is the default, and the options stand in any order."""
        for choice in ("--kernels=gather", "--kernels=*"):
            done = run("CHECK", choice, f"--problems={SMALL}", "--threads=1", "--layout=nchw", GATHER)
            self.assertRegex(done.stdout, r"(?m)^PASS fwd/nchw/g4mb1_ic16oc16_ih6.*/gather/t1")

    def test_timed(self):
        with tempfile.TemporaryDirectory() as folder:
            for flags in ([], ["--isolate"]):
                path = Path(folder) / f"rows{len(flags)}.csv"
                run("BENCH", f"--csv={path}", f"--problems={SMALL}", "--kernels=gather,naive_split", GATHER, *QUICK, *flags)
                rows = {row["kernel"]: row for row in csv_rows(path)}
                self.assertEqual({name: row["status"] for name, row in rows.items()}, {"gather": "ok", "naive_split": "ok"})
                self.assertEqual(rows["gather"]["plan"], "one window an output")

    def test_named_in_the_environment(self):
        """By its whole path, however it was named."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "environment.json"
            for given, plugins in ((["--plugin=gather.so", "--plugin=crash.so"], {
                    "plugin1_file": str(PLUGINS.resolve() / "gather.so"), "plugin1_abi": 1, "plugin1_kernels": "gather",
                    "plugin2_file": str(PLUGINS.resolve() / "crash.so"), "plugin2_abi": 1, "plugin2_kernels": "dies", "count": 2}), ([], {"count": 0})):
                run("BENCH", *given, f"--environment={path}", f"--problems={SMALL}", "--kernels=naive_split", *QUICK, cwd=PLUGINS)
                self.assertEqual(json.loads(path.read_text(encoding="utf-8"))["plugins"], plugins)

    def test_best(self):
        done = run("INFO", "best", SMALL, GATHER, "--kernels=gather,naive_split", "--threads=1", "--layout=nchw")
        self.assertIn("gather", done.stdout)

    def test_trained_with(self):
        done = run("TRAIN", GATHER, "--kernels=gather", "--threads=1", "--steps=40", "--mb=2")
        self.assertIn("fwd gather 9", done.stdout)

    def test_file_of_the_current_folder(self):
        run("INFO", "kernels", "--plugin=gather.so", cwd=PLUGINS)


class Refused(unittest.TestCase):
    def refused(self, file, sentence, *more):
        for tool, arguments in TOOLS.items():
            done = run(tool, *arguments, *more, f"--plugin={file}", code=2)
            self.assertIn(f"--plugin: plug-in {file}: {sentence}", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_other_version(self):
        self.refused(PLUGINS / "old.so", "it was compiled for version 2 of gconv_kernel.h, this library (0.1.0) has version 1")

    def test_no_function(self):
        self.refused(PLUGINS / "mute.so", "it is no plug-in: it has no function gconv_plugin")

    def test_no_file(self):
        self.refused(PLUGINS / "nosuch.so", "cannot open shared object file: No such file or directory")

    def test_no_shared_object(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (("text.so", b"no kernel, but text\n" * 10), ("empty.so", b"")):
                file = Path(folder) / name
                file.write_bytes(content)
                self.refused(file, "invalid ELF header" if content else "file too short")

    def test_taken_names(self):
        self.refused(PLUGINS / "clash.so", "the name of its kernel 'direct' is taken: there is one in the library")
        self.refused(PLUGINS / "gather.so", f"the name of its kernel 'gather' is taken: there is one from {PLUGINS}/gather.so", GATHER)

    def test_incomplete_row(self):
        self.refused(PLUGINS / "partial.so", "row 2, part has no plan or no execute")


class Crash(unittest.TestCase):
    def test_checked(self):
        """The command that repeats it has the plug-in."""
        done = run("CHECK", CRASH, f"--problems={SMALL}", "--kernels=dies", "--threads=1", code=1)
        self.assertRegex(done.stdout, r"(?m)^FAIL fwd/native/.*/dies/t1")
        repeat = done.stdout.partition("repeat with: gconv-check ")[2].splitlines()[0]
        again = run("CHECK", *repeat.split(), code=1)
        self.assertRegex(again.stdout, r"(?m)^FAIL fwd/native/.*/dies/t1")

    def test_random(self):
        done = run("CHECK", CRASH, "--random=3", "--kernels=dies,naive_split", "--threads=1", "--dir=fwd", "--checks=values", code=1)
        self.assertRegex(done.stdout, r"(?m)^FAIL fwd/.*/dies/t1")
        self.assertRegex(done.stdout, rf"shrunk to: gconv-check {CRASH} ")
        self.assertIn("3 random problems", done.stdout)

    def test_isolated(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            run("BENCH", CRASH, f"--csv={path}", f"--problems={SMALL}", "--kernels=dies,naive_split", "--isolate", *QUICK, code=1)
            rows = {row["kernel"]: row for row in csv_rows(path)}
            self.assertEqual(rows["naive_split"]["status"], "ok")
            self.assertEqual(rows["dies"]["status"], "failed")
            self.assertIn("signal 11", rows["dies"]["reason"])


if __name__ == "__main__":
    unittest.main()
