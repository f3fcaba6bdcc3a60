#!/usr/bin/python3
"""test_plots.py - every plot from plots/, a few rows of each part of a real run, whole and damaged: what is drawn, what is said to be missing."""
# SPDX-License-Identifier: Apache-2.0

import csv
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from reporting import style, svg  # noqa: E402
from reporting.content import Missing, Plot  # noqa: E402
from reporting.run import NUMBERS, Run  # noqa: E402
from reporting.sections import SECTIONS, bars, merged, savings, stages, table2, winograd  # noqa: E402

STORED = Path(__file__).parent / "plots"
EVERY = {"savings", "bars-seed", "bars-resnext50_grouped", "bars-table2", "bars-resnet50", "bars-resnext50", "roofline", "table2", "forms", "stages",
         "winograd", "threads", "waterfall", "errors", "ladder", "merged", "answer"}


def stored():
    with open(STORED / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_of(rows, names=None):
    """The rows as scripts/report reads them."""
    with tempfile.TemporaryDirectory() as folder:
        with open(Path(folder) / "results.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names or list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        (Path(folder) / "environment.json").write_bytes((STORED / "environment.json").read_bytes())
        return Run(folder)


def drawn(run, sections=tuple(SECTIONS)):
    """({name: plot}, [what is missing]); unlike the report, which says it in place of the section, a mistake is an error here."""
    blocks = [block for make in sections for section in [make(run)] if section for block in section.blocks]
    return {block.name: block for block in blocks if isinstance(block, Plot)}, [block for block in blocks if isinstance(block, Missing)]


def tips(plot):
    return list(plot.figure.tips.values())


def marks(plot):
    """(its words, the mark) of everything that can be pointed at."""
    return [(plot.figure.tips[artist.get_gid()], artist) for artist in plot.figure.findobj() if artist.get_gid() in plot.figure.tips]


class Case(unittest.TestCase):
    def tearDown(self):
        style.plt.close("all")


class Whole(Case):
    @classmethod
    def setUpClass(cls):
        cls.run_ = run_of(stored())
        cls.plots, cls.missing = drawn(cls.run_)

    def tearDown(self):
        pass

    @classmethod
    def tearDownClass(cls):
        style.plt.close("all")

    def test_every_question_has_its_plot(self):
        self.assertEqual(EVERY, set(self.plots))
        self.assertEqual(["the published figures"], [block.what for block in self.missing])

    def test_every_layer_and_kernel_has_its_bar(self):
        names = {(row["name"], row["kernel"]) for row in stored() if row["set"] == "resnext50_grouped" and row["status"] == "ok" and row["threads"] == "1"
                 and "@" not in row["kernel"]}
        words = tips(self.plots["bars-resnext50_grouped"])
        self.assertEqual(len(names), len(words))
        for layer, kernel in names:
            self.assertEqual(1, sum(text.startswith(f"{kernel}, {layer}: ") for text in words), (layer, kernel))

    def test_bars_end_at_the_peak_and_have_intervals(self):
        figure = self.plots["bars-seed"].figure
        peak = max(float(row["peak_gflops"]) for row in stored() if row["threads"] == "1" and row["peak_gflops"])
        for axes in figure.axes:
            self.assertEqual((0, peak), axes.get_xlim())
            self.assertTrue(any(list(line.get_xdata()) == [peak, peak] and line.get_linestyle() == "--" for line in axes.lines))
        intervals = sum(len(line.get_xdata()) // 3 for axes in figure.axes for line in axes.lines if line.get_color() == style.INK and line.get_linestyle() == "-")
        rows = [row for row in stored() if row["set"] == "seed" and row["threads"] == "1" and row["status"] == "ok" and row["time_ci_hi_ns"]]
        below = [row for row in rows if float(row["gflops"]) * float(row["time_median_ns"]) / float(row["time_ci_hi_ns"]) < peak]
        self.assertEqual(len(below), intervals)
        self.assertGreater(len(rows), len(below))  # beyond the peak, where Winograd may be, the axis has no room

    def test_numbers_of_bars_stand_clear_of_the_ends_of_intervals(self):
        """Behind the end of an interval a number would read as a negative one."""
        for axes in self.plots["bars-seed"].figure.axes:
            ends = [x for line in axes.lines if line.get_color() == style.INK for x in line.get_xdata() if x == x]
            numbers = [text.get_position()[0] for text in axes.texts if re.search(r"\d", text.get_text())]
            self.assertTrue(numbers and min(numbers) > max(ends))

    def test_bandwidths_can_be_seen_and_are_explained(self):
        first, *others = [axes for axes in self.plots["roofline"].figure.axes if axes.get_visible()]
        for axes in (first, *others):
            slopes = [line for line in axes.lines if line.get_color() == style.INK and line.get_linestyle() == "--"]
            self.assertEqual(4, len(slopes))
            self.assertTrue(all(line.get_linewidth() >= 1 and (line.get_alpha() or 1) == 1 for line in slopes))
        self.assertEqual(4, "".join(text.get_text() for text in first.texts).count("dashed: "))

    def test_sum_of_a_network(self):
        rows = [row for row in stored() if row["set"] == "table2" and row["name"].startswith("32x4d:") and row["kernel"] == "onednn"]
        total = sum(float(row["time_median_ns"]) * int(row["multiplicity"]) for row in rows) / 1e6
        self.assertIn(f"onednn, 32x4d: {total:.3g} ms", tips(self.plots["table2"]))

    def test_a_sum_has_an_interval_only_if_all_its_layers_have(self):
        rows = [dict(row, time_ci_lo_ns="1", time_ci_hi_ns="1e9") for row in stored() if row["set"] == "table2"]
        _, low, _ = table2.totals(run_of(rows).layers)
        self.assertTrue(low.notna().all().all())
        rows[0]["time_ci_lo_ns"] = ""
        _, low, _ = table2.totals(run_of(rows).layers)
        self.assertEqual(1, low.isna().sum().sum())

    def test_share_of_the_dense_time_and_the_founding_example(self):
        one = {row["name"]: float(row["time_median_ns"]) for row in stored() if row["set"] == "seed" and row["kernel"] == "direct" and row["threads"] == "1"}
        share = f"{one['seed:two-groups-56'] / one['seed:dense-56']:.3f}"
        self.assertIn(f"direct, 2 groups: {share} of the dense time for 0.500 of the work", tips(self.plots["savings"]))
        self.assertTrue(any(text.get_text() == savings.FOUNDING for text in self.plots["savings"].figure.findobj(style.plt.Annotation)))
        self.assertIn(f"{share} (no interval) with direct", savings.founding(self.run_.layers[self.run_.layers["threads"] == 1]))

    def test_zeros_of_merged_groups(self):
        self.assertTrue(any(re.fullmatch(r"m = 32: .* us, 32\.8 MACs done for each useful one", text) for text in tips(self.plots["merged"])), tips(self.plots["merged"]))

    def test_a_kernel_looks_the_same_everywhere(self):
        seen = 0
        for name, plot in self.plots.items():
            for text, artist in marks(plot):
                kernel = re.match(r"([\w@]+), ", text)
                if isinstance(artist, style.plt.Line2D) and kernel and kernel[1] in style.KERNELS:
                    self.assertEqual(style.look(kernel[1]), (artist.get_color(), artist.get_marker()), f"{name}: {text}")
                    seen += 1
        self.assertGreater(seen, 200)

    def test_what_can_be_pointed_at_is_all_words(self):
        for name, plot in self.plots.items():
            self.assertTrue(tips(plot), name)
            for text in tips(plot):
                self.assertNotRegex(text, r"\bnan\b|\binf\b", name)

    def test_numbers_on_axes_are_plain(self):
        for name in ("savings", "roofline", "table2", "forms", "winograd", "errors"):
            for axes in self.plots[name].figure.axes:
                words = [label.get_text() for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]]
                self.assertNotIn("$", "".join(words), name)

    def test_files(self):
        """The names of lines do not touch, nothing is cut off, both files are written, the source stands in the picture."""
        for name in ("savings", "table2", "winograd", "forms", "errors"):
            plot = self.plots[name]
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                text = svg.save(plot, Path(folder), self.run_.where)
                self.assertTrue((Path(folder) / f"{name}.png").read_bytes().startswith(b"\x89PNG"))
                words = ["".join(element.itertext()) for element in xml.fromstring(text).iter("{http://www.w3.org/2000/svg}text")]
                self.assertTrue(any(word.startswith("results.csv") and "AMD EPYC" in word for word in words), words)
                ticks = {label.get_text() for axes in plot.figure.axes if axes.get_visible() for at, label in zip(axes.get_yticks(), axes.get_yticklabels())
                         if min(axes.get_ylim()) <= at <= max(axes.get_ylim())}
                self.assertTrue(ticks <= {*words, ""}, ticks - set(words))
                inline = svg.inline(plot, text)
                self.assertEqual(len(tips(plot)), inline.count("data-tip="))
                xml.fromstring(inline)
                self.assertNotIn("fill: #ffffff", inline)  # white paper would hide light letters on a dark page
                figure = plot.figure
                figure.canvas.draw()
                whole = figure.bbox
                for axes in figure.axes:
                    boxes = [note.get_window_extent() for note in axes.texts if note.get_text() in style.KERNELS or note.get_text().startswith("ideal")]
                    for place, box in enumerate(boxes):
                        self.assertTrue(whole.x0 <= box.x0 and box.x1 <= whole.x1, name)
                        self.assertFalse(any(box.overlaps(other) for other in boxes[:place]), name)


class Damaged(Case):
    def test_missing_kernel(self):
        rows = [row for row in stored() if row["kernel"] != "direct"]
        found, missing = drawn(run_of(rows))
        self.assertFalse([text for plot in found.values() for text in tips(plot) if re.match(r"direct\b", text)])
        self.assertNotIn("winograd", found)
        self.assertTrue(any(block.why for block in missing))
        self.assertEqual(EVERY - {"winograd"}, set(found))

    def test_kernel_missing_on_one_layer_leaves_a_hole_that_is_named(self):
        rows = [row for row in stored() if (row["kernel"], row["name"]) != ("onednn", "seed:dense-56")]
        found, _ = drawn(run_of(rows), [bars.section, savings.section, table2.section])
        words = [text.get_text() for axes in found["bars-seed"].figure.axes for text in axes.texts]
        self.assertEqual(1, words.count(" not measured"))
        self.assertFalse([text for text in tips(found["savings"]) if text.startswith("onednn, 2 groups")])

    def test_a_sum_with_a_layer_missing_is_no_sum(self):
        rows = [row for row in stored() if not (row["name"] == "32x4d:conv3_x.b" and row["kernel"] == "onednn")]
        found, _ = drawn(run_of(rows), [table2.section])
        words = tips(found["table2"])
        self.assertFalse([text for text in words if text.startswith("onednn, 32x4d")])
        self.assertTrue([text for text in words if text.startswith("onednn, 2x40d")])

    def test_skipped_and_failed_rows(self):
        for status in ("skipped", "failed"):
            rows = [dict(row, status=status, reason="as a test wants it") if row["kernel"] == "onednn" else row for row in stored()]
            found, _ = drawn(run_of(rows))
            self.assertFalse([text for plot in found.values() for text in tips(plot) if re.match(r"onednn\b", text)])
        rows = [dict(row, status="failed") if (row["kernel"], row["name"]) == ("onednn", "seed:dense-56") else row for row in stored()]
        found, _ = drawn(run_of(rows), [bars.section])
        words = [text.get_text() for axes in found["bars-seed"].figure.axes for text in axes.texts]
        self.assertEqual(1, words.count(" failed"))

    def test_each_row_alone(self):
        """A section either draws something or says what is missing and what would give it."""
        kinds = {(row["set"], "@" in row["kernel"]): row for row in stored() if row["status"] == "ok"}
        for key, row in kinds.items():
            with self.subTest(key):
                found, missing = drawn(run_of([row]))
                self.assertTrue(all(tips(plot) for plot in found.values()))
                self.assertTrue(all(block.what and block.why for block in missing))
                self.assertGreater(len(missing), 5)
                style.plt.close("all")

    def test_no_rows(self):
        found, missing = drawn(run_of([], names=list(stored()[0])))
        self.assertEqual({}, found)
        self.assertTrue(all(block.what and block.why for block in missing))

    def test_columns_without_numbers(self):
        """A few columns at a time empty or not a number in every second row, or in all."""
        names = [name for name in NUMBERS if name in stored()[0]] + [name for name in stored()[0] if name.startswith("stage_")]
        for step, value in ((2, "nan"), (1, "")):
            for start in range(5):
                with self.subTest(f"{names[start::5]}={value}"):
                    rows = [dict(row, **dict.fromkeys(names[start::5], value)) if place % step == 0 else row for place, row in enumerate(stored())]
                    found, _ = drawn(run_of(rows))
                    self.assertFalse([text for plot in found.values() for text in tips(plot) if re.search(r"\bnan\b|\binf\b", text)])
                    style.plt.close("all")

    def test_no_measured_peak(self):
        found, missing = drawn(run_of([dict(row, peak_gflops="", pct_peak="") for row in stored()]))
        self.assertNotIn("roofline", found)
        self.assertTrue(any(block.what == "the roofline" for block in missing))

    def test_parts_alone(self):
        """The parts of a run that was killed: each gives its own plots and no more."""
        for wanted, name in (("table2", "table2"), ("ladder", "ladder"), ("block", "forms")):
            found, _ = drawn(run_of([row for row in stored() if row["set"] == wanted]))
            self.assertIn(name, found)
            self.assertNotIn("waterfall", found)
            style.plt.close("all")
        for section in (merged.section, stages.section, winograd.section):
            found, missing = drawn(run_of([row for row in stored() if row["set"] == "block"]), [section])
            self.assertEqual(({}, 1), (found, len(missing)))


if __name__ == "__main__":
    unittest.main()
