"""Inside the networks: where the time of one run goes, from the rows of level network-layer, and how fast whole networks are."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Heading, Section, Table, Text
from ..intervals import too_few
from ..text import natural, number, plural

RUN = ["set", "kernel", "threads", "batch"]  # one network run in one way
SHARES = ["1x1", "grouped", "other convolutions", "conversions", "the rest"]


def kind(step):
    """What a step of a network is, in the words of the table."""
    if step.macs != step.macs:  # no convolution
        return "conversions" if step.problem == "convert" else "the rest"
    if step.groups > 1:
        return "grouped"
    return "1x1" if step.kh == 1 and step.kw == 1 else "other convolutions"


def shares(steps):
    """Percent of the time of each network's run, a line a run and a column a kind; the same of its multiply-adds."""
    steps = steps.assign(kind=[kind(step) for step in steps.itertuples()])
    tables = []
    for column in ("time_median_ns", "macs"):
        sums = steps.pivot_table(index=RUN, columns="kind", values=column, aggfunc="sum").reindex(columns=SHARES).fillna(0)
        tables.append(100 * sums.div(sums.sum(axis=1), axis=0))
    return tables


def sentences(steps, time, work):
    """For each network: the share of the work that is grouped, and of the time, with the kernel that spends least on it and most. No
    claim about the time where the repetitions do not carry it."""
    found, repetitions = [], steps.groupby("set")["repetitions"].min()
    threads = min(index[2] for index in time.index)
    for name in sorted({index[0] for index in time.index}, key=natural):
        own = time[[index[0] == name and index[2] == threads for index in time.index]]
        grouped = work.loc[own.index, "grouped"].iloc[0]
        why = too_few(repetitions[name])
        if grouped and why:
            found.append(f"Grouped convolutions are {number(grouped)} % of {name}'s convolution work; of its time: {why}.")
        elif grouped:
            least, most = own["grouped"].idxmin(), own["grouped"].idxmax()
            found.append(f"Grouped convolutions are {number(grouped)} % of {name}'s convolution work and {number(own['grouped'].min())} %"
                         f" ({least[1]}) to {number(own['grouped'].max())} % ({most[1]}) of its time on {plural(threads, 'thread')};"
                         f" conversions between layouts take at most {number(own['conversions'].max())} % ({own['conversions'].idxmax()[1]}).")
    return found


def speeds(rows):
    """Images and GFLOP a second of each network, fastest kernel first."""
    rows = rows.sort_values(["threads", "batch", "problem", "time_median_ns"])
    return [[row.problem, row.kernel, row.threads, row.batch, number(row.time_median_ns / 1e6), number(1e9 * row.batch / row.time_median_ns),
             number(row.gflops), number(row.pct_peak)] for row in rows.itertuples()]


def section(run):
    blocks = []
    for title, networks in ((None, run.level("network")), ("Training steps", run.level("network", training=True))):
        if len(networks):
            blocks += [Heading(title)] if title else []
            blocks.append(Table(["network", "kernel", "threads", "batch", "ms", "images/s", "GFLOP/s", "% of peak"], speeds(networks), texts=2))
    if not blocks:
        return None
    if len(run.steps):
        time, work = shares(run.steps)
        blocks += [Heading("Where the time of a network goes, %"), *(Text(sentence) for sentence in sentences(run.steps, time, work)),
                   Table(["network", "kernel", "threads", "batch", *SHARES],
                         [[*index, *(number(value) for value in line)] for index, line in zip(time.index, time.to_numpy())], texts=2)]
    return Section("inside", "Inside the networks", blocks)
