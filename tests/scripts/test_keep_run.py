#!/usr/bin/env python3
"""scripts/keep-run: reports/latest is the newest run, ten are kept, and no short run costs a full one."""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

KEEP = pathlib.Path(__file__).resolve().parents[2] / "scripts/keep-run"


class KeepRun(unittest.TestCase):
    def setUp(self):
        self.reports = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.reports)

    def runs(self):
        return sorted(path.name for path in (self.reports / "runs").iterdir())

    def age(self, name, kind):
        """A run of an earlier day."""
        folder = self.reports / "runs" / f"{name}-{kind}"
        folder.mkdir(parents=True)
        (folder / "results.csv").write_text(name)

    def keep(self, kind, text="new"):
        folder = self.reports / "unfinished"
        folder.mkdir()
        (folder / "results.csv").write_text(text)
        done = subprocess.run([KEEP, folder, kind, self.reports], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(folder.exists())
        return pathlib.Path(done.stdout.strip())

    def test_latest_is_a_link_to_the_newest(self):
        for text in ("one", "two"):
            kept = self.keep("default", text)
            self.assertEqual((self.reports / "latest/results.csv").read_text(), text)
            self.assertEqual((self.reports / "latest").resolve(), kept.resolve())
        self.assertEqual(len(self.runs()), 2)

    def test_ten_are_kept(self):
        for day in range(10, 25):
            self.age(f"2020-01-{day}T000000Z", "chosen")
        self.keep("chosen")
        self.assertEqual(len(self.runs()), 10)
        self.assertEqual(self.runs()[0], "2020-01-16T000000Z-chosen")

    def test_the_newest_full_and_default_runs_stay(self):
        for day, kind in [("01", "full"), ("02", "full"), ("03", "default"), ("04", "default")]:
            self.age(f"2020-01-{day}T000000Z", kind)
        for day in range(10, 25):
            self.age(f"2020-01-{day}T000000Z", "chosen")
        self.keep("chosen")
        self.assertEqual(self.runs()[:2], ["2020-01-02T000000Z-full", "2020-01-04T000000Z-default"])
        self.assertEqual(len(self.runs()), 12)

    def test_a_folder_of_an_earlier_version_is_kept(self):
        (self.reports / "latest").mkdir()
        (self.reports / "latest/results.csv").write_text("old")
        os.utime(self.reports / "latest", (1577836800, 1577836800))
        self.keep("chosen")
        self.assertEqual((self.reports / "runs/2020-01-01T000000Z-full/results.csv").read_text(), "old")
        self.assertEqual((self.reports / "latest/results.csv").read_text(), "new")


if __name__ == "__main__":
    unittest.main()
