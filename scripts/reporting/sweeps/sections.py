"""Tables and sentences of the sweeps, computed from their twins."""
# SPDX-License-Identifier: Apache-2.0

import pandas

from ..content import Heading, Missing, Section, Table, Text
from ..run import by_setting
from ..text import number, plural, setting_text
from . import twins


def percent(value):
    return "-" if pandas.isna(value) else f"{100 * value:.0f} %"


def span(values):
    """1, or 1 to 8; a case where it never pays is said."""
    known, never = values.dropna(), int(values.isna().sum())
    text = "" if known.empty else f"{known.min():.0f}" + (f" to {known.max():.0f}" if known.max() > known.min() else "")
    return text + (", " if text and never else "") + (f"never in {never} of {len(values)}" if never else "")


def by_kernel(rows, index, value):
    """Medians over the cases: a line a kernel, a column a value of `index`; best kernels first."""
    medians = rows.pivot_table(index="kernel", columns=index, values=value, aggfunc="median")
    return medians.loc[medians.median(axis=1).sort_values(ascending=value != "realised").index]


def wide(medians, heading, show):
    return Table([heading, *(f"{column}" for column in medians.columns)],
                 [[kernel, *(show(cell) for cell in line)] for kernel, line in zip(medians.index, medians.to_numpy())])


def crossovers(rows):
    """A line a kernel: from how many channels a group it pays, against its own dense twin and the fastest kernel's."""
    found = {}
    for kernel, group in rows.groupby("kernel"):
        found[kernel] = [group.groupby("case")[["channels_a_group", share]].apply(
            lambda case, share=share: twins.pays_from(case.set_index("channels_a_group")[share])) for share in ("share", "share_of_best")]
    order = sorted(found, key=lambda kernel: (found[kernel][1].isna().sum(), found[kernel][1].max(), kernel))
    return {kernel: found[kernel] for kernel in order}


def ladder_of(rows):
    found = crossovers(rows)
    everywhere = [kernel for kernel, (_, best) in found.items() if (best == rows["channels_a_group"].min()).all()]
    sentence = (f"Against the fastest dense layer, groups of every width pay on every map with {', '.join(everywhere)}."
                if everywhere else "No kernel beats the fastest dense layer with groups of every width on every map.")
    losing = [f"{kernel} ({span(best)})" for kernel, (_, best) in found.items() if kernel not in everywhere]
    if losing:
        sentence += f" Others pay from this many channels a group: {', '.join(losing)}."
    blocks = [Text(sentence), Table(["grouping pays from, channels a group", "against its own dense twin", "against the fastest dense twin"],
                                    [[kernel, span(own), span(best)] for kernel, (own, best) in found.items()], texts=3)]
    realised = by_kernel(rows, "channels_a_group", "realised")
    blocks += [Text("Share of the saving that is realised, by channels a group: 100 % if the time falls as the work does, 0 % if nothing is"
                    " saved, less if groups take longer than the dense twin. Medians over maps and strides."),
               wide(realised, "saving realised", percent)]
    costs = rows.dropna(subset=["mac_cost"])
    if costs.empty:
        return blocks
    medians = by_kernel(costs, "channels_a_group", "mac_cost")
    dearest = ", ".join(f"{number(line.max())} times at {line.idxmax()} with {kernel}" for kernel, line in medians.iterrows())
    return blocks + [Text("Time of a multiply-add over that in a dense layer of about the same cost, by channels a group: what groups"
                          f" themselves cost. Medians over maps and strides. It is dearest: {dearest}."),
                     wide(medians, "cost of a multiply-add", number)]


def savings_of(rows):
    medians = by_kernel(rows, "groups", "realised")
    best = medians.index[0]
    most = medians.columns.max()
    ends = medians[most].dropna().sort_values(ascending=False)
    sentence = (f"Over all layers and numbers of groups {best} realises most: {percent(rows.loc[rows['kernel'] == best, 'realised'].median())} of the"
                f" saving in the median. With {most} groups it is {', '.join(f'{percent(share)} with {kernel}' for kernel, share in ends.items())}.")
    return [Text(sentence), Text(f"Share of the saving realised, by groups: medians over {plural(rows['case'].nunique(), 'layer')}."),
            wide(medians, "saving realised", percent),
            Text("Time over the ideal one, which is the dense time divided by the groups; medians over the same layers."),
            wide(by_kernel(rows, "groups", "over_ideal"), "time / ideal", number)]


def equal_cost_of(rows):
    kernels = sorted(rows["kernel"].unique())
    table = rows.pivot_table(index=["case", "groups"], columns="kernel", values="speed")
    claims = rows.groupby(["case", "groups"])["published"].first()
    lines = [[case, groups, number(claims[case, groups]), *(number(table.loc[(case, groups), kernel]) for kernel in kernels)]
             for case, groups in table.index]
    most = rows[rows["groups"] == rows["groups"].max()]
    claimed = most.drop_duplicates("case")["published"]
    ours = most.groupby("kernel")["speed"].median().sort_values(ascending=False)
    sentence = (f"With {rows['groups'].max()} groups and the same number of multiply-adds the published speed falls to {number(claimed.min())} to"
                f" {number(claimed.max())} of that with one group; here, in the median, to"
                f" {', '.join(f'{number(speed)} with {kernel}' for kernel, speed in ours.items())}.")
    return [Text(sentence), Table(["case", "groups", "published", *kernels], lines, texts=2)]


def section(anchor, title, rows, write, needs):
    """One section: for each setting what `write` says about its rows."""
    if rows.empty:
        return Section(anchor, title, [Missing(title.lower(), f"It needs grouped and dense problems of the set `{needs}`.")])
    blocks = []
    for setting, group in by_setting(rows):
        blocks += [Heading(setting_text(setting)), *write(group)]
    return Section(anchor, title, blocks)
