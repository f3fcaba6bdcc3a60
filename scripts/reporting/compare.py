"""Two runs side by side: another machine, library or version of the kernels."""
# SPDX-License-Identifier: Apache-2.0

from . import plots, style
from .content import Missing, Plot, Section, Table, Text
from .run import SETTING
from .sections.answer import where
from .text import geomean, natural, number, plural

KEY = ["problem", *SETTING, "kernel", "level", "form"]


def joined(first, second):
    """Measurements that both runs have; ratio above 1: the second is slower. Shares of the peak compare machines fairly."""
    columns = KEY + ["layer", "time_median_ns", "pct_peak"]
    both = first.ok.drop_duplicates(KEY)[columns].merge(second.ok.drop_duplicates(KEY)[columns], on=KEY, suffixes=("", "_b"))
    both["ratio"] = both["time_median_ns_b"] / both["time_median_ns"]
    return both


def draw(both):
    kernels = style.order(both["kernel"].unique())
    figure, (axes,) = plots.grid(1, columns=1, height=1 + 0.28 * len(kernels))
    for place, kernel in enumerate(reversed(kernels)):
        colour, marker = style.look(kernel)
        for row in both[both["kernel"] == kernel].itertuples():
            mark, = axes.plot(row.ratio, place, marker=marker, color=colour, linestyle="none", alpha=0.5)
            plots.tip(axes, mark, f"{kernel}, {row.layer}, {plural(row.threads, 'thread')}: {number(row.ratio)}")
    axes.axvline(1, color=style.INK, linewidth=1)
    axes.set_yticks(range(len(kernels)), list(reversed(kernels)))
    axes.set(xlabel="time in the second run / time in the first")
    plots.logarithmic(axes.xaxis)
    return Plot("compare", figure, "Ratio of the times of the two runs, a mark a measurement, a line a kernel.", source="results.csv of both runs")


def sections(first, second):
    both = joined(first, second)
    runs = Section("runs", "The two runs", [Text(f"First: `{first.folder}`. {where(first)}"), Text(f"Second: `{second.folder}`. {where(second)}"),
                                            *(Text(problem) for problem in first.problems + second.problems)])
    if both.empty:
        return [runs, Section("kernels", "Kernels", [Missing("any comparison", "The runs have no measurement in common.")])]
    lines = [[kernel, len(group), number(geomean(group["ratio"])), number(group["pct_peak"].median()), number(group["pct_peak_b"].median())]
             for kernel, group in both.groupby("kernel")]
    text = (f"{plural(len(both), 'measurement')} in common. In the geometric mean the second run takes {number(geomean(both['ratio']))} of the time of"
            " the first. Times of different machines or moments do not compare kernels; the shares of each run's own peak do.")
    order = sorted(both.index, key=lambda i: natural(both.loc[i, "layer"]))
    detail = [[both.loc[i, "layer"], both.loc[i, "kernel"], both.loc[i, "threads"], both.loc[i, "layout"], number(both.loc[i, "time_median_ns"] / 1e3),
               number(both.loc[i, "time_median_ns_b"] / 1e3), number(both.loc[i, "ratio"])] for i in order]
    facts = environment_differences(first.environment, second.environment)
    return [runs,
            Section("kernels", "Kernels", [Text(text), draw(both), Table(
                ["kernel", "measurements", "time, second / first", "median % of peak, first", "second"], lines)]),
            Section("differences", "What differs", [Table(["fact", "first", "second"], facts, texts=3)] if facts else [Text("The environments are equal.")]),
            Section("rows", "Row by row", [Table(["layer", "kernel", "threads", "layout", "first, us", "second, us", "ratio"], detail, texts=2, fold=True,
                                                 caption=plural(len(detail), "measurement"))])]


def environment_differences(first, second):
    flat = [{f"{part}.{key}": value for part, entries in run.items() if isinstance(entries, dict) for key, value in entries.items()
             if not isinstance(value, (list, dict))} for run in (first, second)]
    return [[key, flat[0].get(key, "-"), flat[1].get(key, "-")] for key in sorted(flat[0].keys() | flat[1].keys()) if flat[0].get(key) != flat[1].get(key)]
