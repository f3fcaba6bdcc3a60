"""Twins: the problems of a sweep, joined by their names SET:CASE.ROLE (bench/sweeps.c).

Shares are those of one kernel in one setting: its time over that of its own dense twin. Everything here is a table with a line a
grouped problem, which is also what the CSV files hold.
"""
# SPDX-License-Identifier: Apache-2.0

from ..run import SETTING

KEY = SETTING + ["kernel", "case"]
NAME = r"^{}:(?P<case>.+)\.(?P<role>[a-z]+)(?P<number>\d*)$"


def of_set(run, name):
    """The measurements of a set with case, role and number (0 where the role has none)."""
    rows = run.layers[run.layers["layer"].str.startswith(f"{name}:")].copy()
    rows[["case", "role", "number"]] = rows["layer"].str.extract(NAME.format(name))
    rows["number"] = rows["number"].replace("", "0").fillna("0").astype(int)
    return rows.drop_duplicates(SETTING + ["kernel", "layer"])


def with_dense(rows, grouped, dense):
    """Grouped rows beside their dense twin, with what less work saves. `over_ideal`: time over
    that of a kernel that turns all saved work into time; `realised`: the share of the possible saving; `best`: the fastest kernel's dense twin."""
    columns = ["macs", "time_median_ns"]
    both = grouped.merge(dense[KEY + columns], on=KEY, suffixes=("", "_dense"))
    best = dense.groupby(SETTING + ["case"], as_index=False)["time_median_ns"].min()
    both = both.merge(best, on=SETTING + ["case"], suffixes=("", "_best"))
    both["work"] = both["macs"] / both["macs_dense"]
    both["share"] = both["time_median_ns"] / both["time_median_ns_dense"]
    both["share_of_best"] = both["time_median_ns"] / both["time_median_ns_best"]
    both["over_ideal"] = both["share"] / both["work"]
    both["realised"] = (1 - both["share"]) / (1 - both["work"])
    return both


def ladder(run):
    """Groups of `number` channels; mac_cost: a multiply-add's time over that of the dense layer of about equal cost."""
    rows = of_set(run, "ladder")
    both = with_dense(rows, rows[rows["role"] == "c"], rows[rows["role"] == "dense"])
    equal = rows[rows["role"] == "e"][KEY + ["number", "macs", "time_median_ns"]]
    both = both.merge(equal, on=KEY + ["number"], how="left", suffixes=("", "_equal"))
    both["mac_cost"] = (both["time_median_ns"] / both["macs"]) / (both["time_median_ns_equal"] / both["macs_equal"])
    return both.rename(columns={"number": "channels_a_group"})


def savings(run):
    """`number` groups of the same layer."""
    rows = of_set(run, "savings")
    return with_dense(rows, rows[(rows["role"] == "g") & (rows["number"] > 1)], rows[(rows["role"] == "g") & (rows["number"] == 1)])


def equal_cost(run, published):
    """ShuffleNet V2's experiment: speed at equal multiply-adds, 1 for one group. Small differences in work are evened out."""
    rows = of_set(run, "shufflenet_g2")
    first = rows[rows["number"] == 1][KEY + ["macs", "time_median_ns"]]
    both = rows.merge(first, on=KEY, suffixes=("", "_first"))
    both["speed"] = (both["time_median_ns_first"] / both["time_median_ns"]) * (both["macs"] / both["macs_first"])
    one = published[published["groups"] == 1][["case", "speed"]]
    claims = published.merge(one, on="case", suffixes=("", "_first"))
    claims["published"] = claims["speed"] / claims["speed_first"]
    return both.merge(claims[["case", "groups", "published", "device"]], on=["case", "groups"], how="left")


def pays_from(shares):
    """Of a series of shares by channels a group: the narrowest group from which it and every wider one takes less time; NaN if the
    widest does not."""
    narrowest = float("nan")
    for width, share in shares.sort_index(ascending=False).items():
        if not share < 1:
            break
        narrowest = width
    return narrowest
