"""The command line of scripts/goals."""
# SPDX-License-Identifier: Apache-2.0

import signal
import sys

from .. import markdown
from ..csvfile import Unusable
from . import measured, page

USAGE = """usage: goals RESULTS.csv...   judges direct by its goals (kernels/impl/direct/TUNING.md) from rows of gconv-bench: prints verdicts, ratios by set, and
                              every layer that misses, with its share of the roof. A file holds one instruction set. Exit code 1: a goal is missed"""
MISSED, WRONG = 1, 2


def main(arguments):
    if arguments in (["--help"], ["-h"]):
        print(USAGE)
        return 0
    if not arguments or any(word.startswith("-") for word in arguments):
        print(USAGE, file=sys.stderr)
        return WRONG
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # goals ... | head
    problems = []
    try:
        sections, missed = page.sections(measured.load(arguments, problems))
    except Unusable as reason:
        print(f"goals: {reason}", file=sys.stderr)
        return WRONG
    for problem in problems:
        print(f"goals: {problem}", file=sys.stderr)
    print(markdown.write("direct and its goals", sections))
    return MISSED if missed else 0
