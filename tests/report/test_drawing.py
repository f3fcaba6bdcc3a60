#!/usr/bin/python3
"""test_drawing.py - what all plots are drawn with: places of words, ticks, intervals, small SVG."""
# SPDX-License-Identifier: Apache-2.0

import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from reporting import plots, style, svg  # noqa: E402
from reporting.content import Plot  # noqa: E402


class Drawing(unittest.TestCase):
    def tearDown(self):
        style.plt.close("all")

    def test_spread(self):
        for places in ([], [0.5], [0.5, 0.5, 0.5], [0.99, 1.0, 1.0], [0.3, 0.1, 0.2], [0.0] * 9):
            moved = plots.spread(places, 0.1)
            ordered = sorted(moved)
            gap = min(0.1, 1 / max(1, len(places) - 1))
            self.assertTrue(all(high - low >= gap - 1e-3 for low, high in zip(ordered, ordered[1:])), moved)
            self.assertTrue(all(-1e-3 <= place <= 1 + 1e-3 for place in moved), moved)
            self.assertEqual([sorted(range(len(places)), key=lambda i: (places[i], moved[i]))], [sorted(range(len(places)), key=lambda i: moved[i])])

    def test_ticks(self):
        self.assertEqual([1, 2, 32], plots.apart([32, 2, 1]))
        self.assertEqual([1, 2, 4, 8, 16, 32, 64, 128], plots.apart([1, 2, 3, 4, 6, 8, 12, 96, 128]))
        self.assertEqual([1, 4, 16, 64, 256, 1024], plots.apart([1, 2, 3, 4, 6, 8, 12, 96, 1024]))
        figure, (axes,) = plots.grid(1, columns=1)
        axes.plot([0.00002, 1], [1500, 2000])
        plots.logarithmic(axes.xaxis)
        plots.logarithmic(axes.yaxis)
        self.assertIn("0.0001", [label.get_text() for label in axes.get_xticklabels()])
        self.assertIn("2,000", [label.get_text() for label in axes.get_yticklabels()])

    def test_intervals_leave_out_what_is_not_known(self):
        figure, (axes,) = plots.grid(1, columns=1)
        nan = float("nan")
        plots.intervals(axes, [1, 2, 3], [10, nan, 30], [11, 21, 33], style.INK)
        x, y = axes.lines[0].get_data()
        self.assertEqual(([1, 1, 3, 3], [10, 11, 30, 33]), ([v for v in x if v == v], [v for v in y if v == v]))
        self.assertEqual(2, sum(v != v for v in y))

    def test_small_svg_keeps_what_is_referred_to(self):
        figure, (axes,) = plots.grid(1, columns=1)
        mark, = axes.plot([1], [1], marker="o")
        plots.tip(axes, mark, 'a "quoted" <word>')
        with tempfile.TemporaryDirectory() as folder:
            plot = Plot("one", figure, "words for all")
            text = svg.inline(plot, svg.save(plot, Path(folder), ""))
        root = xml.fromstring(text)
        names = {element.get("id") for element in root.iter()}
        used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
        self.assertTrue(used and used <= names, used - names)
        self.assertEqual('a "quoted" <word>', [element.get("data-tip") for element in root.iter() if element.get("data-tip")][0])
        self.assertEqual("words for all", root.get("aria-label"))


if __name__ == "__main__":
    unittest.main()
