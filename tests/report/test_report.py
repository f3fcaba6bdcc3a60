#!/usr/bin/python3
"""test_report.py - runs scripts/report on small/, a stored run whose report can be worked out by hand, and on parts of it."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).parent
REPORT = HERE.parent.parent / "scripts" / "report"


def run(folder):
    subprocess.run([REPORT, folder], check=True, capture_output=True)
    return (folder / "report.md").read_text(encoding="utf-8")


class WholeRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:  # written once: loading pandas is most of the time
            cls.text = run(shutil.copytree(HERE / "small", Path(folder) / "run"))

    def test_problem_row_names_the_fastest_with_ratios(self):
        self.assertIn("| small:two-groups | 1,000 | 2,000 | 20,000 | fast | 28.2 | 20.0x | 2.00x |", self.text)

    def test_kernels_within_noise_are_joined(self):
        self.assertIn("| small:dense | 2,080 | 2,100 | 22,000 | fast ≈ onednn | 13.6 | 10.6x | 1.01x |", self.text)

    def test_kernel_summary(self):
        self.assertIn("| fast | 1 of 2 | 19.8 | 1.50 | 3.00 | 12.6x | 1.26x |", self.text)
        self.assertIn("14.1 times as fast as naive_split (2 problems) and 1.41 times as fast as onednn (2 problems).", self.text)

    def test_grouped_against_dense(self):
        self.assertIn("| small:two-groups / small:dense | 0.500 | 0.200 | 0.500 | 0.500 |", self.text)

    def test_noise_names_the_worst(self):
        self.assertIn("25 % for the worst (naive_split, small:two-groups, 1 thread)", self.text)

    def test_what_was_not_measured_is_listed_with_reasons(self):
        self.assertIn("| picky | picky: dense, it wants 2 groups | 1 |", self.text)
        self.assertIn("| broken | error 3.1 times the bound at 17 | 1 |", self.text)

    def test_claims_and_environment(self):
        self.assertIn("1 of 2 figures hold", self.text)
        self.assertIn("| cpu | model | Model \\| 7 |", self.text)
        self.assertNotIn("governor", self.text)


class PartOfARun(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = shutil.copytree(HERE / "small", Path(temporary.name) / "run")

    def keep(self, wanted):
        """Leaves the header and the rows that `wanted` is true for."""
        path = self.folder / "results.csv"
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([header, *filter(wanted, rows)]) + "\n")

    def test_run_that_was_killed_early(self):
        for name in ("claims.csv", "environment.json"):
            (self.folder / name).unlink()
        self.keep(lambda row: ",fast," in row)
        text = run(self.folder)
        self.assertIn("claims.csv is missing", text)
        self.assertIn("| small:two-groups | 1,000 | fast | 28.2 | - | - |", text)

    def test_nothing_measured(self):
        self.keep(lambda row: ",skipped," in row)
        self.assertIn("Nothing was measured", run(self.folder))
        self.keep(lambda row: False)
        self.assertIn("Nothing was measured", run(self.folder))

    def test_no_results_is_an_error(self):
        (self.folder / "results.csv").unlink()
        with self.assertRaises(subprocess.CalledProcessError):
            run(self.folder)


if __name__ == "__main__":
    unittest.main()
