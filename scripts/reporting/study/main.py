"""The command line of scripts/study-direct."""
# SPDX-License-Identifier: Apache-2.0

import argparse
import sys

from .. import markdown, svg
from ..content import Plot
from ..run import Run, Unusable
from . import machine, measure, page

ISAS = ["avx512", "avx2"]
MINUTES = 11.0


def write(folder):
    """README.md and its plots, from what the folder holds."""
    run = Run(folder)
    found = page.sections(run)
    for section in found:
        for block in section.blocks:
            if isinstance(block, Plot):
                svg.save(block, folder, run.where)
    (folder / "README.md").write_text(markdown.write(f"direct on {run.machine or 'an unknown machine'}: where it is slow", found), encoding="utf-8")
    if run.file == measure.RAW:
        measure.keep(folder, run)


def arguments(words):
    parser = argparse.ArgumentParser(prog="study-direct", description="Where is the direct kernel slow? Measures it beside winograd and onednn on the set `grid`"
                                     " and writes README.md, heat maps and packed rows into reports/direct-CPU-ISA. Needs scripts/build before, and a machine on"
                                     " which nothing else runs. A measurement that was not finished goes on when the script is called again.")
    parser.add_argument("--isa", choices=ISAS, action="append", help="an instruction set to measure (default: both, where the machine has them)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"for each of them (default {MINUTES:g}; about 6 suffice)")
    parser.add_argument("--report", action="store_true", help="measures nothing: writes pages and maps from the rows that are there")
    return parser.parse_args(words)


def main(words):
    wanted = arguments(words)
    facts = machine.cpu()
    there = [isa for isa in wanted.isa or ISAS if isa in facts["isas"].split()]
    if not there:
        sys.exit(f"study-direct: this processor has {facts['isas']}")
    for isa in there:
        folder = machine.folder("direct", facts, isa)
        if not wanted.report:
            measure.measure(folder, isa, wanted.minutes)
        try:
            write(folder)
        except Unusable as reason:
            sys.exit(f"study-direct: {reason}")
