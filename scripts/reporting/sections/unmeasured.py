"""What was not measured, and why: nothing is left out in silence."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Section, Table, Text
from ..run import distinct
from ..text import plural


def section(run):
    blocks = []
    for status in ("failed", "skipped"):
        chosen = distinct(run.rows[run.rows["status"] == status])
        counts = chosen.replace({"reason": {"": "no reason given"}}).groupby(["kernel", "reason"], sort=False).size()
        blocks.append(Text(f"{plural(len(chosen), 'measurement')} {status}."))
        if len(counts):
            blocks.append(Table(["kernel", f"{status}: why", "count"], [[k, why, n] for (k, why), n in counts.items()], texts=2))
    return Section("unmeasured", "Not measured", blocks)
