#!/usr/bin/env python3
"""scripts/bench in a tree whose programs only note what they are called with: which plug-ins reach which runs."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
QUIET = "#!/bin/sh\nexit 0\n"
KEEP = "#!/bin/sh\necho kept\n"
# Notes its arguments, leaves a row, and knows the kernel "mine" where a plug-in is loaded; one called bad.so is refused.
BENCH = """#!/bin/sh
case "$*" in *bad.so*) echo "gconv-bench: --plugin: plug-in bad.so: it is no plug-in" >&2; exit 2 ;; esac
case "$*" in
  *--kernels=list*) echo "direct  an idea"; case "$*" in *--plugin=*) echo "mine  another" ;; esac; exit ;;
esac
echo "$@" >>calls
for argument in "$@"; do case $argument in --csv=*) echo row >"${argument#*=}" ;; esac; done
"""


class Bench(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.tree)
        (self.tree / "elsewhere").mkdir()
        (self.tree / "build/bin").mkdir(parents=True)
        (self.tree / "scripts").mkdir()
        shutil.copy(ROOT / "scripts/bench", self.tree / "scripts")
        for name, text in (("scripts/setup", QUIET), ("scripts/build", QUIET), ("scripts/report", QUIET), ("scripts/ladder", QUIET),
                           ("scripts/keep-run", KEEP), ("build/bin/gconv-info", QUIET), ("build/bin/gconv-bench", BENCH)):
            (self.tree / name).write_text(text)
            (self.tree / name).chmod(0o755)
        for name in ("mine.so", "a bad.so"):
            (self.tree / "elsewhere" / name).touch()

    def bench(self, *flags, code=0):
        """(what gconv-bench was called with, the standard error)"""
        done = subprocess.run([self.tree / "scripts/bench", *flags], cwd=self.tree / "elsewhere", capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        calls = self.tree / "calls"
        return calls.read_text().splitlines() if calls.exists() else [], done.stderr

    def test_every_run_has_the_plug_in(self):
        for flags, runs in ((["--minutes=9"], 4), (["--full", "--minutes=99"], 12)):
            (self.tree / "calls").unlink(missing_ok=True)
            calls, _ = self.bench("--plugin=mine.so", *flags)
            self.assertEqual(len(calls), runs)
            for call in calls:
                self.assertIn(f"--plugin={self.tree}/elsewhere/mine.so", call.split())
            chosen = [call for call in calls if "--kernels=direct,winograd," in call]
            self.assertTrue(chosen)
            for call in chosen:  # of layers
                self.assertRegex(call, r"--kernels=[\w,]+,mine( |$)")

    def test_without_one(self):
        calls, _ = self.bench("--minutes=9")
        self.assertEqual(len(calls), 4)
        self.assertFalse([call for call in calls if "plugin" in call or "mine" in call])

    def test_with_flags_of_gconv_bench(self):
        calls, _ = self.bench("--problems=seed", f"--plugin={self.tree}/elsewhere/mine.so", "--kernels=mine")
        self.assertEqual(len(calls), 1)
        for flag in ("--problems=seed", f"--plugin={self.tree}/elsewhere/mine.so", "--kernels=mine"):
            self.assertIn(flag, calls[0].split())

    def test_no_such_file(self):
        for name in ("nosuch.so", "", str(self.tree)):
            calls, said = self.bench(f"--plugin={name}", code=2)
            self.assertEqual(said, f"bench: --plugin={name}: there is no such file, or none that can be read\n")
            self.assertEqual(calls, [])

    def test_no_plug_in(self):
        calls, said = self.bench("--plugin=a bad.so", code=2)
        self.assertIn("it is no plug-in", said)
        self.assertEqual(calls, [])


if __name__ == "__main__":
    unittest.main()
