#!/usr/bin/python3
"""test_report.py - runs scripts/report on small/, a stored run whose report can be worked out by hand, and on parts of it."""
# SPDX-License-Identifier: Apache-2.0

import gzip
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "scripts")]
from reporting import markdown, page, style  # noqa: E402
from reporting.run import Run, Unusable  # noqa: E402
from reporting.sections import write  # noqa: E402
from small_run import copy_of_small  # noqa: E402

REPORT = Path(__file__).parents[2] / "scripts" / "report"


def run(folder):
    """The text of the report, without writing the pictures."""
    report = Run(folder)
    text = markdown.write("A run", write(report))
    style.plt.close("all")
    json.loads(page.rows_json(report))
    return text


def run_script(folder):
    done = subprocess.run([REPORT, folder], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return (folder / "report.md").read_text(encoding="utf-8")


class WholeRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:  # written once: loading pandas is most of the time
            cls.text = run_script(copy_of_small(folder))

    def test_problem_row_names_the_fastest_with_ratios(self):
        self.assertIn("| small:two-groups | 1,000 | 2,000 | 20,000 | fast | 28.2 | - | 20.0x | 2.00x |", self.text)

    def test_kernels_within_noise_are_joined(self):
        self.assertIn("| small:dense | 2,080 | 2,100 | 22,000 | fast ≈ onednn | 13.6 | - | 10.6x | 1.01x |", self.text)

    def test_kernel_summary(self):
        self.assertIn("| fast | 1 of 2 | 19.8 | - | 1.50 | 3.00 | 12.6x | 1.26x |", self.text)
        self.assertIn("14.1 (no interval) times as fast as naive_split (2 problems) and 1.41 (no interval) times as fast as onednn (2 problems).", self.text)

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


class PlugIns(unittest.TestCase):
    def test_their_kernels_are_told_apart(self):
        with tempfile.TemporaryDirectory() as parent:
            folder = copy_of_small(parent)
            path = folder / "environment.json"
            plugins = {"plugin1_file": "/home/me/mine.so", "plugin1_abi": 1, "plugin1_kernels": "slow, fast", "count": 1}
            path.write_text(json.dumps({**json.loads(path.read_text()), "plugins": plugins}))
            rows = folder / "results.csv"
            rows.write_text(rows.read_text().replace(",fast,", ",fast@m8,"))
            text = run(folder)
        self.assertIn("| fast@m8 (plug-in) | 1 of 2 | ", text)
        self.assertIn("| onednn | ", text)
        self.assertIn("The kernel `fast` is of the plug-in `/home/me/mine.so`.", text)
        self.assertNotIn("`slow`", text)  # not measured
        self.assertIn("| plugins | plugin1_abi | 1 |", text)


class PartOfARun(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = copy_of_small(temporary.name)

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

    def edit(self, change):
        path = self.folder / "results.csv"
        path.write_text(change(path.read_text()))

    def test_one_row(self):
        self.keep(lambda row: ",fast," in row and "dense" in row and ",1,warm" in row)
        text = run(self.folder)
        self.assertIn("| small:dense | 5,000 | fast |", text)
        self.assertIn("Not shown: time saved against FLOPs saved", text)
        self.assertIn("Not shown: thread scaling", text)

    def test_last_line_cut_off(self):
        self.edit(lambda text: text + text.splitlines()[1][:60])
        text = run(self.folder)
        self.assertIn("The last line of results.csv is not complete", text)
        self.assertIn("| small:two-groups | 1,000 | 2,000 | 20,000 | fast |", text)

    def test_damaged_lines_are_counted(self):
        lines = 'half,of,a,line\n' + ",".join(["x"] * 90) + "\n"
        self.edit(lambda text: text + lines)
        self.assertIn("2 lines of results.csv do not have the fields", run(self.folder))

    def test_a_quote_that_was_cut_off_takes_one_line_with_it(self):
        lines = (self.folder / "results.csv").read_text().splitlines(keepends=True)
        for place in (1, len(lines) // 2, len(lines) - 1):
            with self.subTest(place):
                (self.folder / "results.csv").write_text("".join([*lines[:place], 'small,"two gro\n', *lines[place:]]))
                text = run(self.folder)
                self.assertIn("1 line of results.csv does not have the fields", text)
                self.assertIn(f"{len(lines) - 1} rows", text)

    def test_rows_without_a_known_status_are_counted(self):
        self.edit(lambda text: text.replace(",skipped,", ",half,"))
        text = run(self.folder)
        self.assertRegex(text, r"[1-9]\d* rows? without problem, kernel or a known status: left out")
        self.assertIn("0 measurements skipped", text)

    def test_last_part_of_a_killed_run_is_read_from_its_own_file(self):
        header, *rows = (self.folder / "results.csv").read_text().splitlines(keepends=True)
        (self.folder / "results.csv").write_text("".join([header, *rows[:4]]))
        (self.folder / "more.csv").write_text("".join([header, *rows[4:], rows[0][:30]]))
        text = run(self.folder)
        self.assertIn(f"{len(rows)} rows", text)
        self.assertIn("The last line of more.csv is not complete", text)
        self.assertIn("read from more.csv", text)
        self.assertIn('"file"', page.rows_json(Run(self.folder)))
        for content in ("", "half a he", "a,b\n1,2\n"):
            (self.folder / "more.csv").write_text(content)
            self.assertIn("\n4 rows in results.csv", run(self.folder))
        run_script(self.folder)  # and says so to who runs it, in good order

    def test_packed_results(self):
        path = self.folder / "results.csv"
        wanted, packed = run(self.folder), gzip.compress(path.read_bytes())
        path.unlink()
        (self.folder / "results.csv.gz").write_bytes(packed)
        self.assertEqual(wanted.replace("results.csv", "results.csv.gz"), run(self.folder))
        (self.folder / "results.csv.gz").write_bytes(packed[:len(packed) // 2])
        with self.assertRaises(Unusable):
            run(self.folder)

    def test_other_data_are_another_setting(self):
        self.edit(lambda text: "\n".join([*(line + (",data" if not place else ",real") for place, line in enumerate(text.splitlines())),
                                          *(line.replace(",1000000.0,", ",7000000.0,") + ",denormal" for line in text.splitlines()[1:])]) + "\n")
        text = run(self.folder)
        self.assertIn("| small:two-groups | 1,000 | 2,000 | 20,000 | fast |", text)
        self.assertIn("fwd, native layout, 1 thread, warm caches, denormal data", text)

    def test_times_that_are_no_numbers(self):
        for bad in ("nan", "-1", "fast", ""):
            with self.subTest(bad):
                self.edit(lambda text: text.replace(",1000000.0,", f",{bad},"))
                text = run(self.folder)
                self.assertIn("| fast | no usable time in the file | 1 |", text)
                self.edit(lambda text: text.replace(f",990000.0,{bad},", ",990000.0,1000000.0,"))

    def test_infinite_values_do_not_stop_it(self):
        self.edit(lambda text: text.replace(",28.224,", ",inf,").replace(",0.25,", ",nan,"))
        self.assertIn("| small:two-groups | 1,000 |", run(self.folder))

    def test_what_cannot_be_used_is_said(self):
        path = self.folder / "results.csv"
        for content, words in [(None, "does not exist"), ("", "is empty"), ("a,b\n1,2\n", "has no column problem"), ("\0\1\2", "results.csv")]:
            with self.subTest(words):
                path.unlink(missing_ok=True)
                if content is not None:
                    path.write_text(content)
                done = subprocess.run([REPORT, self.folder], capture_output=True, text=True)
                self.assertEqual(1, done.returncode)
                self.assertIn(words, done.stderr)
                self.assertNotIn("Traceback", done.stderr)

    def test_broken_environment_and_claims(self):
        (self.folder / "environment.json").write_text('{"cpu": ')
        (self.folder / "claims.csv").write_text("")
        text = run(self.folder)
        self.assertIn("environment.json cannot be used", text)
        self.assertIn("| small:two-groups | 1,000 |", text)

    def test_plots_of_an_earlier_report_go(self):
        (self.folder / "old.svg").write_text("")
        run_script(self.folder)
        self.assertFalse((self.folder / "old.svg").exists())
        self.assertTrue((self.folder / "savings.svg").exists() and (self.folder / "savings.png").exists())


class TwoRuns(unittest.TestCase):
    def test_second_run_twice_as_slow(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            a, b = copy_of_small(first), copy_of_small(second)
            path = b / "results.csv"
            path.write_text(path.read_text().replace(",1000000.0,", ",2000000.0,"))
            subprocess.run([REPORT, "--compare", a, b], check=True, capture_output=True)
            text = (b / "compare.md").read_text(encoding="utf-8")
        self.assertIn("| small:two-groups | fast | 1 | native | 1,000 | 2,000 | 2.00 |", text)
        self.assertIn("The environments are equal.", text)


if __name__ == "__main__":
    unittest.main()
