#!/usr/bin/python3
"""test_example.py [Rows | Page] - the run that is kept in reports/: its rows can be read without loss, and the page is made from them.
Page takes minutes, as it draws every plot of a complete run."""
# SPDX-License-Identifier: Apache-2.0

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts")]
from reporting.run import Run  # noqa: E402

KEPT = {"README.md", "results.csv.gz", "claims.csv", "environment.json"}
PLOTS = {"bars-resnext50_grouped.svg", "savings.svg", "waterfall.svg"}  # in the README of the project


def example():
    folder, = (ROOT / "reports").glob("example-*")
    return folder


class Rows(unittest.TestCase):
    def test_everything_can_be_read(self):
        run = Run(example())
        self.assertEqual(run.problems, [])
        self.assertIn("AMD EPYC", run.machine)
        self.assertGreater(len(run.claims), 100)

    def test_figures_of_the_readme(self):
        run = Run(example())
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        for said in (f"Of its {len(run.distinct):,} figures", f"at most {100 * run.distinct['time_cv'].median():.1f} %"):
            self.assertTrue(said in text, f"README.md does not say '{said}'")

    def test_plots_of_the_readme_are_kept(self):
        for name in KEPT | PLOTS:
            self.assertTrue((example() / name).is_file(), name)


class Page(unittest.TestCase):
    def test_page_from_what_is_kept(self):
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work)
            for name in KEPT:
                shutil.copy(example() / name, folder)
            done = subprocess.run([ROOT / "scripts/report", folder], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            page = (folder / "report.html").read_text(encoding="utf-8")
            self.assertIn("family 25 model 17", page)
            self.assertGreater(page.count("<svg"), 15)
            for name in PLOTS:
                self.assertIn("<svg", (folder / name).read_text(encoding="utf-8"), name)


if __name__ == "__main__":
    unittest.main()
