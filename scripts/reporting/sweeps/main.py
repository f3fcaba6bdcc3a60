"""The command line of scripts/ladder."""
# SPDX-License-Identifier: Apache-2.0

import sys
from pathlib import Path

import pandas

from .. import markdown
from ..run import SETTING, Run, Unusable
from . import sections, twins

USAGE = "usage: ladder DIR   writes ladder.md, ladder.csv, savings.csv and shufflenet_g2.csv into DIR, which holds results.csv or results.csv.gz"
PUBLISHED = Path(__file__).parents[3] / "bench" / "problems" / "shapes" / "shufflenet_g2.csv"
COMMON = [*SETTING, "kernel", "case", "ic", "ih", "stride_h", "groups"]
SAVED = ["work", "time_median_ns", "time_median_ns_dense", "time_median_ns_best", "share", "share_of_best", "over_ideal", "realised"]
FILES = {
    "ladder": [*COMMON, "channels_a_group", *SAVED, "time_median_ns_equal", "mac_cost"],
    "savings": [*COMMON, *SAVED],
    "shufflenet_g2": [*COMMON, "time_median_ns", "speed", "published", "device"],
}


def write(folder):
    run = Run(folder)
    tables = {"ladder": twins.ladder(run), "savings": twins.savings(run), "shufflenet_g2": twins.equal_cost(run, pandas.read_csv(PUBLISHED))}
    for name, columns in FILES.items():
        tables[name][columns].to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")
    parts = [sections.section("ladder", "The ladder: channels a group", tables["ladder"], sections.ladder_of, "ladder"),
             sections.section("savings", "Work saved and time saved", tables["savings"], sections.savings_of, "savings"),
             sections.section("equal_cost", "Groups at equal cost (ShuffleNet V2, G2)", tables["shufflenet_g2"], sections.equal_cost_of,
                              "shufflenet_g2")]
    (folder / "ladder.md").write_text(markdown.write("When grouping pays", parts), encoding="utf-8")
    for problem in run.problems:
        print(f"ladder: {problem}", file=sys.stderr)


def main(arguments):
    if arguments in (["--help"], ["-h"]):
        print(USAGE)
        return
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.exit(USAGE)
    try:
        write(Path(arguments[0]))
    except Unusable as reason:
        sys.exit(f"ladder: {reason}")
