"""The command line of scripts/report."""
# SPDX-License-Identifier: Apache-2.0

import sys
from pathlib import Path

from . import compare, markdown, page, svg
from .content import Plot
from .run import Run, Unusable
from .sections import write

USAGE = """usage: report DIR            writes report.html, report.md and the plots (SVG, PNG) into DIR, which holds results.csv
       report --compare A B  lays two runs side by side: writes compare.html and compare.md into B
"""


def replace(path, text):
    """A reader never sees half a file."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def write_files(folder, stem, title, sections, where, run=None):
    drawn = {}
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Plot):
                drawn[block.name] = svg.inline(block, svg.save(block, folder, where))
    replace(folder / f"{stem}.md", markdown.write(title, sections))
    replace(folder / f"{stem}.html", page.write(title, sections, drawn, run))


def report(folder):
    for old in [*folder.glob("*.svg"), *folder.glob("*.png")]:
        old.unlink()  # a plot of an earlier report that this one has no data for
    run = Run(folder)
    title = f"Grouped convolution{f' on {run.machine}' if run.machine else ''}: {run.rows['problem'].nunique()} problems, {run.rows['kernel'].nunique()} kernels"
    write_files(folder, "report", title, write(run), run.where, run)
    for problem in run.problems:
        print(f"report: {problem}", file=sys.stderr)


def main(arguments):
    try:
        if len(arguments) == 1 and arguments[0] in ("--help", "-h"):
            print(USAGE, end="")
        elif len(arguments) == 3 and arguments[0] == "--compare":
            first, second = Run(arguments[1]), Run(arguments[2])
            write_files(Path(arguments[2]), "compare", "Grouped convolution: two runs", compare.sections(first, second), "")
        elif len(arguments) == 1 and not arguments[0].startswith("-"):
            report(Path(arguments[0]))
        else:
            sys.exit(USAGE.rstrip())
    except Unusable as reason:
        sys.exit(f"report: {reason}")
