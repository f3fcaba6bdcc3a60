"""One line a kernel over all layers of a setting."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Heading, Section, Table, Text
from ..run import by_setting
from ..text import geomean, number, setting_text
from .common import YARDSTICKS, once, times


def base(kernel):
    """Without its parameter."""
    return kernel.partition("@")[0]


def summary(rows, plugins):
    """Ratios are over the problems that both kernels were measured on."""
    problems = once(rows)
    table = times(problems)
    firsts = table.idxmin(axis=1)
    lines = []
    for kernel in table.apply(lambda column: geomean(column.dropna())).sort_values().index:
        own = problems[problems["kernel"] == kernel]
        ratios = [geomean((table[y] / table[kernel]).dropna()) if y in table else float("nan") for y in YARDSTICKS]
        lines.append([f"{kernel} (plug-in)" if base(kernel) in plugins else kernel, f"{(firsts == kernel).sum()} of {table[kernel].count()}", number(own["pct_peak"].median()), number(own["pct_roof"].median()),
                      number((own["executed_macs"] / own["macs"]).median()), number(own["workspace_bytes"].max() / 2**20),
                      *(number(r, 3, "x") for r in ratios)])
    header = ["kernel", "fastest on", "median % of peak", "% of roof", "MACs done / useful", "largest workspace, MiB"]
    return Table(header + [f"faster than {y}" for y in YARDSTICKS], lines)


def section(run):
    if run.layers.empty:
        return None
    blocks = []
    for setting, group in by_setting(run.layers):
        blocks += [Heading(setting_text(setting)), summary(group, run.plugins)]
    files = {base(kernel): run.plugins[base(kernel)] for kernel in run.layers["kernel"].unique() if base(kernel) in run.plugins}
    blocks += [Text(f"The kernel `{kernel}` is of the plug-in `{file}`.") for kernel, file in sorted(files.items())]
    return Section("kernels", "Kernels", blocks)
