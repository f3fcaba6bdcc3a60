"""What the study says: counts, geometric means, the worst layers, and both maps for each direction."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Section, Table, Text
from ..goals import measured
from ..goals.page import shares_table
from ..text import geomean, number, plural, shape
from . import grid, maps

WORST = 15
DEEP = 0.8


def share(part, whole):
    return f"{part} ({100 * part / whole:.0f} %)" if whole else "-"


def figures(rows):
    """What is said of any part of the grid."""
    ratios = rows["ratio"].dropna()
    return [len(ratios), number(geomean(ratios)), number(ratios.min()), share((ratios < maps.EVEN).sum(), len(ratios)), share((ratios < DEEP).sum(), len(ratios)),
            number(rows["pct_peak"].median()), number(rows["pct_roof"].median()), int(rows["bytes_bound"].sum())]


FIGURES = ["layers", f"{grid.RIVAL} / {grid.SUBJECT}, geometric mean", "least", f"below {maps.EVEN}", f"below {DEEP}", "median % of peak", "median % of roof",
           "bound by bytes"]


def parts(rows):
    """By direction, and in it by window and stride."""
    lines = []
    for direction in grid.DIRECTIONS:
        own = rows[rows["direction"] == direction]
        if own.empty:
            continue
        lines.append([f"**{direction}**", *figures(own)])
        for (window, stride), group in own.groupby(["kh", "stride_h"]):
            lines.append([f"{window}x{window}" + (f", stride {stride}" if stride > 1 else ""), *figures(group)])
    return Table(["", *FIGURES], lines, caption="Where it wins and loses:")


def widths(rows):
    return Table(["channels a group", *FIGURES], [[width, *figures(group)] for width, group in rows.groupby("icg")], texts=0,
                 caption="By channels a group, over all directions, maps, windows and strides:")


def worst(rows):
    found = rows[rows["ratio"] < maps.EVEN].sort_values("ratio")[:WORST]
    lines = [[row.problem, shape(row), row.plan or "-", number(row.ratio), number(row.time_median_ns / 1e3), number(row.onednn_ns / 1e3), number(row.pct_peak),
              number(row.pct_roof), row.roof or "-"] for row in found.itertuples()]
    return Table(["problem", "layer", "plan", "ratio", f"{grid.SUBJECT}, us", f"{grid.RIVAL}, us", "% of peak", "% of roof", "roof"], lines, texts=3, tail=1,
                 caption=f"The worst of {plural(int((rows['ratio'] < maps.EVEN).sum()), 'layer')} below {maps.EVEN}:")


def where(run, rows):
    """Machine, instruction set and library, and how good a witness this machine is for that instruction set."""
    facts, isa = run.environment, rows["isa"].iloc[0]
    library = facts.get("libraries", {}).get("onednn", "oneDNN of an unknown version")
    built = facts.get("build", {})
    commit = str(built.get("commit") or "unknown")[:12] + (" with changes" if built.get("dirty") else "")
    text = (f"{run.machine or 'An unknown machine'}, {isa}, {library}; gconv of commit {commit}, {str(facts.get('run', {}).get('started', ''))[:10]}. One thread, one"
            f" image, native layout, warm caches, the kernels of a layer interleaved in one process; medians of {rows['repetitions'].median():.0f} repetitions;"
            f" peak {number(rows['peak_gflops'].max())} GFLOP/s.")
    if isa == "avx2" and "avx512" in str(facts.get("cpu", {}).get("isas", "")):
        text += (" This processor has AVX-512 and was held to AVX2 (`--isa=avx2`), which is second best to one that has nothing wider: its caches, its ports and"
                 " its clock are those of a core built for 64-byte vectors.")
    return text


def what(rows):
    text = (f"Layers of the problem set `grid`: as many groups as make {grid.MAPS[-1] * 1024:,} channels times rows, {plural(len(rows), 'layer')} in all"
            f" directions ({grid.EVERY} when everything is measured). A ratio above 1 is a layer on which {grid.SUBJECT} is faster. `% of roof` is the share"
            " of what arithmetic and the bytes of the tensors allow; where the bytes decide, no kernel can reach the peak, and the second map shows both."
            " The roof counts every tensor once and whole: 1x1 layers with stride 2 need a quarter of src only, and may stand above it.")
    faster = rows[rows["method"] > 1]
    if len(faster):
        at = faster["method"].idxmax()
        text += (f" Winograd is another method that does fewer multiply-adds than are counted: it is faster than {grid.SUBJECT} on {len(faster)} of"
                 f" {rows['method'].notna().sum()} layers it takes, up to {number(faster['method'].max())} times ({shape(faster.loc[at])}).")
    return text


def sections(run):
    rows = grid.points(run)
    failed = run.rows[run.rows["status"] == "failed"]
    shares, _ = shares_table(rows["isa"].iloc[0], measured.joined(measured.of_rows(run.rows, run.file)))
    blocks = [Text(where(run, rows)), Text(what(rows)), parts(rows), widths(rows)]
    blocks += [Text("Goals (`kernels/impl/direct/TUNING.md`), on these layers alone:"), shares] if shares else []
    blocks += [Text(f"FAILED: {row.kernel}, {row.direction}, {row.problem}: {row.reason}") for row in failed.itertuples()]
    found = [Section("study", "The grid", blocks)]
    for direction in grid.DIRECTIONS:
        own = rows[rows["direction"] == direction]
        if len(own):
            found.append(Section(direction, direction, [maps.ratio_plot(own, direction), maps.share_plot(own, direction), worst(own)]))
    return found
