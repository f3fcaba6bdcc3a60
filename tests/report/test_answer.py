#!/usr/bin/python3
"""test_answer.py - what the report claims, and how surely: from rows whose ratios, intervals and counts can be worked out by hand."""
# SPDX-License-Identifier: Apache-2.0

import sys
import tempfile
import unittest
from pathlib import Path

import pandas

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from reporting import intervals, style  # noqa: E402
from reporting.content import Heading, Plot, Table, Text  # noqa: E402
from reporting.run import Run  # noqa: E402
from reporting.sections import answer, blocks, errors, kernels, roofline, savings, sets, trust, unmeasured, winograd  # noqa: E402

DEFAULT = {"set": "one", "direction": "fwd", "layout": "native", "threads": 1, "cache": "warm", "isa": "avx2", "level": "layer", "form": "-", "status": "ok",
           "kh": 3, "kw": 3, "ih": 28, "iw": 28, "stride_h": 1, "stride_w": 1, "ic": 128, "oc": 128, "groups": 1, "icg": 128, "ocg": 128, "batch": 1,
           "macs": 1e6, "repetitions": 9, "time_cv": 0.01, "err": 0.01, "pct_peak": 50, "gflops": 50, "multiplicity": 1}


def row(problem, kernel, ns, spread=0.1, **more):
    """A measurement of `ns` with an interval `spread` to both sides, and nine repetitions between them."""
    times = [ns * (1 + spread * (step - 4) / 4) for step in range(9)]
    return {**DEFAULT, "problem": problem, "name": problem, "kernel": kernel, "time_median_ns": ns, "time_min_ns": min(times), "time_ci_lo_ns": ns * (1 - spread),
            "time_ci_hi_ns": ns * (1 + spread), "time_reps_ns": ";".join(map(str, times)), **more}


def run_of(rows, environment="{}"):
    names = list(dict.fromkeys(name for one in rows for name in one))
    with tempfile.TemporaryDirectory() as folder:
        lines = [",".join(str(one.get(name, "")) for name in names) for one in rows]
        (Path(folder) / "results.csv").write_text("\n".join([",".join(names), *lines]) + "\n")
        (Path(folder) / "environment.json").write_text(environment)
        return Run(folder)


def texts(section):
    return [block.text for block in section.blocks if isinstance(block, (Text, Heading))]


FOUR = {"groups": 32, "icg": 4, "ocg": 4}
NARROW = [row("narrow", "direct", 100, **FOUR), row("narrow", "onednn", 200, **FOUR), row("narrow", "naive_split", 1000, **FOUR)]


class Case(unittest.TestCase):
    def tearDown(self):
        style.plt.close("all")


class Uncertainty(Case):
    def test_a_ratio_has_the_widest_interval_of_both(self):
        text = answer.narrow_groups(run_of(NARROW).layers)
        self.assertIn("direct is 10.0 (8.18 to 12.2) times as fast as naive_split and 2.00 (1.64 to 2.44) times as fast as onednn", text)

    def test_a_geometric_mean_has_that_of_its_repetitions(self):
        """Of one problem: repetitions of 150 to 250 over some of 75 to 125; with none that differ, the interval has no width."""
        value, low, high = intervals.geomean_ratio(*(run_of([row("p", "x", ns, 0.25)]).layers.assign(kernel=name) for ns, name in ((200, "x"), (100, "y"))))
        self.assertEqual(value, 2)
        self.assertTrue(1.2 <= low < 1.9 and 2.1 < high <= 3.34, (low, high))
        still = intervals.geomean_ratio(*(run_of([row("p", "x", ns, 0)]).layers.assign(kernel=name) for ns, name in ((200, "x"), (100, "y"))))
        for end in still:
            self.assertAlmostEqual(2, end)

    def test_damaged_repetitions_give_no_interval(self):
        for damage in ("", "1;2;half", "1;2;3;4;5;-6;7;8;9", "1;2;3;4;5;nan;7;8;9"):
            run = run_of([{**one, "time_reps_ns": damage} for one in NARROW])
            self.assertIn("2.00 (no interval) times as fast as onednn (1 problem)", answer.headline(run.layers))

    def test_the_headline_leaves_out_what_three_repetitions_do_not_carry(self):
        more = [row("short", "direct", 100, repetitions=3, time_ci_lo_ns="", time_ci_hi_ns=""), row("short", "onednn", 900, repetitions=3)]
        self.assertRegex(answer.headline(run_of(NARROW + more).layers), r"2\.00 \(1\.\d+ to 2\.\d+\) times as fast as onednn \(1 problem\)\. Left out: 2 figures of fewer than 6")

    def test_the_warning_stands_before_the_answer(self):
        found = texts(answer.section(run_of([{**one, "time_cv": 0.08} for one in NARROW])))
        warning = next(place for place, text in enumerate(found) if "conclude nothing from this run" in text)
        claims = [place for place, text in enumerate(found) if "times as fast" in text]
        self.assertTrue(claims and warning < min(claims))
        self.assertTrue(found[warning].startswith("**Warning.**"))

    def test_few_repetitions_and_marks_are_warned_of(self):
        self.assertIsNone(trust.warnings(run_of(NARROW)))
        self.assertIn("3 of 3 figures come from fewer than 7 repetitions", trust.warnings(run_of([{**one, "repetitions": 6} for one in NARROW])))
        self.assertIn("3 of 3 figures are marked as disturbed", trust.warnings(run_of([{**one, "marks": "slow"} for one in NARROW])))
        network = {**NARROW[0], "level": "network", "repetitions": 3}
        self.assertIn("1 of 1 figure of whole networks", trust.warnings(run_of([*NARROW * 1, network])))

    def test_the_build_of_naive_split_is_that_of_its_rows(self):
        self.assertEqual("naive_split is plain C, built as avx2 here.", answer.built(run_of(NARROW).layers))
        old = run_of([{**one, "isa": "scalar"} if one["kernel"] == "naive_split" else one for one in NARROW])
        self.assertIn("built as scalar here, while others use wider vectors", answer.built(old.layers))

    def test_the_picture_stands_above_the_first_table(self):
        kinds = [type(block) for block in answer.section(run_of(NARROW)).blocks if isinstance(block, (Plot, Table))]
        self.assertEqual([Plot, Table], kinds[:2])


TWO_SETS = NARROW + [{**one, "set": "two", "name": "other"} for one in NARROW]


class Once(Case):
    """A problem that two sets name is one benchmark with two rows."""

    def test_counted_once(self):
        run = run_of([{**one, "marks": "slow"} if one["kernel"] == "direct" else one for one in TWO_SETS])
        self.assertIn("3 figures", trust.noise(run))
        self.assertIn("1 of 3 are marked", trust.noise(run))
        skipped = [{**one, "status": "skipped", "reason": "no"} for one in TWO_SETS]
        self.assertIn("3 measurements skipped.", texts(unmeasured.section(run_of(skipped))))

    def test_other_threads_are_another_benchmark(self):
        self.assertEqual(6, len(run_of(TWO_SETS + [{**one, "threads": 2} for one in TWO_SETS]).distinct))

    def test_listed_once_with_both_sets(self):
        table = next(block for block in answer.section(run_of(TWO_SETS)).blocks if isinstance(block, Table))
        self.assertEqual([["narrow", "one (narrow), two (other)"]], [[line[0], line[-1]] for line in table.rows])
        tables = [block for block in sets.section(run_of(TWO_SETS)).blocks if isinstance(block, Table)]
        self.assertEqual([["narrow"], ["other"]], [[line[0] for line in block.rows] for block in tables])
        self.assertEqual(([["other", "one (narrow), two (other)"]], "1 layer of two that an earlier set has"), (tables[1].rows, tables[1].caption))


class Errors(Case):
    """winograd uses a hundredth of a bound that is a thousand times that of a sum: it is the less accurate one."""

    ROWS = [row("p", "direct", 100, err=0.1, err_gamma=0.1, err_rms=1e-7), row("p", "winograd_f6", 50, err=0.01, err_gamma=10, err_rms=1e-5)]

    def test_one_unit_with_each_bound_beside_it(self):
        table = next(block for block in errors.section(run_of(self.ROWS)).blocks if isinstance(block, Table))
        self.assertEqual(["kernel", "/ bound of a plain sum, median", "/ bound of a plain sum, largest", "relative RMS, median", "relative RMS, largest",
                          "share of its own bound, median", "share of its own bound, largest", "bound of the method / of a plain sum"], table.header)
        self.assertEqual([["direct", "0.100", "0.100", "1.00e-07", "1.00e-07", "0.100", "0.100", "1.00"],
                          ["winograd_f6", "10.0", "10.0", "1.00e-05", "1.00e-05", "0.0100", "0.0100", "1,000"]], table.rows)

    def test_files_without_it_say_so(self):
        old = [{name: value for name, value in one.items() if name not in ("err_gamma", "err_rms")} for one in self.ROWS]
        self.assertIn(errors.OWN_ONLY, texts(errors.section(run_of(old))))
        self.assertNotIn(errors.OWN_ONLY, texts(errors.section(run_of(self.ROWS))))

    def test_the_panel_of_winograd_has_it_too(self):
        self.assertEqual("err_rms", errors.unit(run_of(self.ROWS).layers)[0])
        plot = next(block for block in winograd.section(run_of(self.ROWS)).blocks if isinstance(block, Plot))
        self.assertIn("winograd_f6, p: error 1.00e-05 relative RMS", plot.figure.tips.values())


class Winograd(Case):
    def test_never_is_said_only_where_it_is_never_ahead(self):
        """Ahead at 8 channels a group, behind at 16, the widest: 1.21 times there, so not "never"."""
        rows = [one for width, ns in ((8, 100), (16, 150)) for one in (row(f"p{width}", "direct", 121, icg=width), row(f"p{width}", "winograd_f2", ns, icg=width))]
        table = next(block for block in winograd.section(run_of(rows)).blocks if isinstance(block, Table))
        self.assertEqual([["winograd_f2", "28x28", "8 only", "1.21x", 8]], [line[:5] for line in table.rows])

    def test_words(self):
        for line, words in (({4: 2, 8: 3}, "never"), ({4: 0.5, 8: 2, 16: 0.5, 32: 0.4}, "4, 16 and wider"), ({4: 2, 8: 0.9}, "8"), ({4: 0.9, 8: 0.9}, "4 and wider")):
            self.assertEqual(words, winograd.ahead_at(pandas.Series(line)))


class Savings(Case):
    def test_less_time_than_the_work_is_explained(self):
        """bad takes a tenth of its own dense time for a quarter of the work, since its dense run is at 5 % of the peak; of good's dense time it takes half."""
        rows = [row("dense", "bad", 1000, pct_peak=5, min_bytes=4 << 20), row("dense", "good", 200, pct_peak=25, min_bytes=4 << 20),
                row("grouped", "bad", 100, groups=4, icg=32, macs=2.5e5, pct_peak=12.5, min_bytes=1 << 19)]
        run = run_of(rows, '{"caches": {"l1d_bytes": 32768, "l2_bytes": 1048576, "l3_bytes": 33554432}}')
        text = next(text for text in texts(savings.section(run)) if text.startswith("**Less time than the work**"))
        for words in ("in 1 of 1 cases", "0.100 (0.0818 to 0.122) of the time for 0.250 of the work", "at 5.00 % of the peak and the grouped one at 12.5 %",
                      "(512 KiB) fit into L2, those of the dense layer (4.00 MiB) do not", "(good, 25.0 % of the peak) it takes 0.500", "0 of these 1 case take"):
            self.assertIn(words, text)
        table = next(block for block in savings.section(run).blocks if isinstance(block, Table))
        self.assertEqual(["0.500", "bad / good"], table.rows[0][-2:])

    def test_not_where_the_interval_reaches_the_work(self):
        rows = [row("dense", "bad", 1000), row("grouped", "bad", 240, groups=4, icg=32, macs=2.5e5)]
        self.assertFalse([text for text in texts(savings.section(run_of(rows))) if "Less time than the work" in text])


class Order(Case):
    ROWS = [one for direction, ns in (("bwd_w", 30), ("bwd_d", 20), ("fwd", 10)) for one in (
        row("p", "good", ns, direction=direction), row("p", "onednn", 2 * ns if direction != "fwd" else 5, direction=direction))]

    def test_directions_as_a_network_needs_them(self):
        for section in (answer.section, kernels.section):
            found = [text.split(",")[0] for text in texts(section(run_of(self.ROWS))) if text.split(",")[0] in ("fwd", "bwd_d", "bwd_w")]
            self.assertEqual(["fwd", "bwd_d", "bwd_w"], found)

    def test_a_total_for_training(self):
        """good 10 + 20 + 30, onednn 5 + 40 + 60 ns; the best for each 5 + 20 + 30."""
        table = next(block for block in answer.section(run_of(self.ROWS)).blocks if isinstance(block, Table) and "total" in block.header)
        self.assertEqual([["p", "good", "0.0100", "0.0200", "0.0300", "0.0600", "0.0550", "-", "1.75x"]], table.rows)
        part = answer.section(run_of([one for one in self.ROWS if one["direction"] != "bwd_d"]))
        self.assertFalse([block for block in part.blocks if isinstance(block, Table) and "total" in block.header])


class Words(Case):
    def test_one_block_names_its_threads(self):
        rows = [row("b", "k", ns, level="block", form=form, threads=2) for form, ns in (("a", 40), ("c", 10))]
        self.assertIn("2 threads", blocks.section(run_of(rows)).blocks[0].text)
        self.assertIn("4.00 (3.27 to 4.89) times at worst (b, k)", blocks.section(run_of(rows)).blocks[0].text)
        self.assertRegex(blocks.section(run_of(rows)).blocks[0].text, r"As separate paths a block takes 4\.00 \(3\.\d+ to 4\.\d+\) times as long")

    def test_the_sentence_below_the_roof_is_of_kernels_that_do_all_the_work(self):
        rows = [row("p", "winograd_f2", 50, pct_roof=180, peak_gflops=100, intensity=10), row("p", "direct", 100, pct_roof=90, peak_gflops=100, intensity=10)]
        self.assertIn("reaches 90.0 % of what arithmetic and memory allow (median over 1 layer)", texts(roofline.section(run_of(rows)))[0])

    def test_the_share_of_the_roof_stands_beside_that_of_the_peak(self):
        run = run_of([row("p", "direct", 100, pct_peak=41, pct_roof=93, roof="l3")])
        for section, name in ((answer.section, "% of roof"), (kernels.section, "% of roof"), (sets.section, "of roof")):
            table = next(block for block in section(run).blocks if isinstance(block, Table))
            place = table.header.index(name)
            self.assertEqual(["41.0", "93.0"], table.rows[0][place - 1:place + 1])


if __name__ == "__main__":
    unittest.main()
