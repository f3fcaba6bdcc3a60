"""Every row of the file, for the page to sort and filter; the Markdown report names the file instead."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Section, Text
from ..run import distinct
from ..text import plural


def section(run):
    files = " and ".join(run.rows["file"].unique()) or run.file
    return Section("results", "All results", [Text(
        f"{plural(len(run.rows), 'row')} in {files}, of {plural(len(distinct(run.rows)), 'benchmark')}: one has a row in each set that names it;"
        " the columns are explained in the README.")])
