#!/usr/bin/python3
"""test_study.py - scripts/study-direct on a few layers whose ratios and counts can be worked out by hand: pages, maps, what is kept."""
# SPDX-License-Identifier: Apache-2.0

import csv
import gzip
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from reporting import style  # noqa: E402
from reporting.run import Run  # noqa: E402
from reporting.study import grid, main, maps, measure, page  # noqa: E402

STUDY = Path(__file__).parents[2] / "scripts" / "study-direct"
FACTS = {"cpu": {"model": "A CPU", "isas": "scalar avx2"}, "libraries": {"onednn": "oneDNN 1.2"}, "build": {"commit": "0123456789abcdef", "dirty": False}}
DEFAULT = {"set": "grid", "layout": "native", "threads": 1, "cache": "warm", "batch": 1, "repetitions": 9, "pct_peak": 50, "pct_roof": 50, "roof": "peak",
           "peak_gflops": 100, "status": "ok", "kw": 3, "ic": 128, "oc": 128, "groups": 128}


def layer(width, times, size=56, window=3, stride=1, direction="fwd", **more):
    problem = f"c{width}ih{size}kh{window}sh{stride}"
    own = {**DEFAULT, "problem": problem, "name": f"grid:{problem}", "direction": direction, "icg": width, "ocg": width, "ih": size, "iw": size, "kh": window,
           "stride_h": stride, "stride_w": stride, **more}
    return [{**own, "kernel": kernel, "isa": "library" if kernel == "onednn" else "avx2", "time_median_ns": ns} for kernel, ns in times.items()]


ROWS = [*layer(1, {"direct": 100, "onednn": 50}, pct_peak=20, pct_roof=80, roof="l2"), *layer(4, {"direct": 100, "onednn": 800}),
        *layer(16, {"direct": 100, "onednn": 100, "winograd": 50}), *layer(4, {"direct": 100, "onednn": 90}, window=1),
        *layer(4, {"direct": 100, "onednn": 200}, direction="bwd_w"), *layer(6, {"winograd": 0}, status="skipped", reason="no")]


class Study(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(style.plt.close, "all")
        self.folder = Path(folder.name)

    def run_of(self, rows, facts=FACTS):
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with open(self.folder / measure.RAW, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        (self.folder / "environment.json").write_text(json.dumps(facts))
        return Run(self.folder)

    def test_the_axes_are_those_of_the_set(self):
        self.assertEqual(([56, 28, 14, 7], [1, 3, 5], 13), (grid.MAPS, grid.WINDOWS, len(grid.WIDTHS)))
        self.assertEqual(936, grid.EVERY)

    def test_points(self):
        points = grid.points(self.run_of(ROWS)).set_index(["direction", "kh", "icg"])
        self.assertEqual([0.5, 8, 1], list(points["ratio"][("fwd", 3)]))
        self.assertEqual(2, points["method"]["fwd", 3, 16])
        self.assertEqual([True, False, False], list(points["bytes_bound"][("fwd", 3)]))

    def test_counts(self):
        rows = grid.points(self.run_of(ROWS))
        lines = {line[0]: line[1:] for line in page.parts(rows).rows}
        self.assertEqual([4, "1.38", "0.500", "2 (50 %)", "1 (25 %)", "50.0", "50.0", 1], lines["**fwd**"])
        self.assertEqual([1, "0.900", "0.900", "1 (100 %)", "0 (0 %)", "50.0", "50.0", 0], lines["1x1"])
        self.assertEqual(["c1ih56kh3sh1", "c4ih56kh1sh1"], [line[0] for line in page.worst(rows).rows])

    def words(self, plot):
        """{text: whether it is bold} of all cells."""
        return {text.get_text(): text.get_fontweight() == "bold" for axes in plot.figure.axes for text in axes.texts}

    def test_maps(self):
        rows = grid.points(self.run_of(ROWS))
        fwd = rows[rows["direction"] == "fwd"]
        self.assertEqual({"0.50": True, "8.0": False, "1.0": False, "W 2.0": False, "0.90": True}, self.words(maps.ratio_plot(fwd, "fwd")))
        shares = maps.share_plot(fwd, "fwd")
        self.assertEqual({"20", "/80", "50"}, set(self.words(shares)))
        frames = [patch for axes in shares.figure.axes for patch in axes.patches if not patch.get_fill()]
        self.assertEqual(1, len(frames))

    def test_a_loss_and_a_win_differ_in_colour(self):
        colours = maps.scale(maps.RATIOS, "RdBu", "both")
        red, _, blue, _ = colours.to_rgba(0.96)
        self.assertGreater(red, blue)
        red, _, blue, _ = colours.to_rgba(1.04)
        self.assertLess(red, blue)
        self.assertEqual(colours.to_rgba(0.98), colours.to_rgba(1.02))

    def test_the_page_and_what_is_kept(self):
        self.run_of(ROWS)
        main.write(self.folder)
        text = (self.folder / "README.md").read_text()
        self.assertIn("A CPU, avx2, oneDNN 1.2; gconv of commit 0123456789ab", text)
        self.assertIn("faster than direct on 1 of 1 layers it takes, up to 2.00 times", text)
        self.assertNotIn("second best", text)
        for name in ("ratio-fwd", "peak-fwd", "ratio-bwd_w", "peak-bwd_w"):
            self.assertIn(f"({name}.svg)", text)
            self.assertTrue((self.folder / f"{name}.svg").exists())
        kept = gzip.decompress((self.folder / measure.KEPT).read_bytes()).decode()
        self.assertEqual(len(ROWS), len(kept.splitlines()))  # a header, and all but the one that was skipped
        self.assertTrue((self.folder / measure.RAW).exists())  # there is more to measure
        (self.folder / measure.RAW).unlink()
        main.write(self.folder)
        self.assertEqual(text, (self.folder / "README.md").read_text())

    def test_all_measured_leaves_the_packed_rows_only(self):
        rows = [row for direction in grid.DIRECTIONS for window in grid.WINDOWS for stride in grid.STRIDES for size in grid.MAPS for width in grid.WIDTHS
                for row in layer(width, {"direct": 100}, size, window, stride, direction)]
        measure.keep(self.folder, self.run_of(rows))
        self.assertEqual((False, True), ((self.folder / measure.RAW).exists(), (self.folder / measure.KEPT).exists()))

    def test_a_wider_machine_held_to_avx2_is_second_best(self):
        run = self.run_of(ROWS, {**FACTS, "cpu": {"model": "A CPU", "isas": "scalar avx2 avx512"}})
        self.assertIn("second best", page.where(run, grid.points(run)))

    def test_a_failed_kernel_is_said(self):
        run = self.run_of([*ROWS, *layer(2, {"onednn": 0}, status="failed", reason="wrong result")])
        self.assertIn("FAILED: onednn, fwd, c2ih56kh3sh1: wrong result", [getattr(block, "text", "") for block in page.sections(run)[0].blocks])

    def test_refused(self):
        self.assertEqual(2, subprocess.run([STUDY, "--isa=sse"], capture_output=True).returncode)


if __name__ == "__main__":
    unittest.main()
