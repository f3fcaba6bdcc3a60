"""The report as one HTML file that needs nothing else: plots inside, no request to anywhere, every row of the results to sort and filter."""
# SPDX-License-Identifier: Apache-2.0

import json
import re
from pathlib import Path

import jinja2
import markupsafe
import pandas

from .style import DARK

PAGE = Path(__file__).parent / "page"
COLUMNS = ["set", "layer", "level", "form", "direction", "layout", "threads", "cache", "data", "kernel", "isa", "time_median_ns", "time_min_ns", "time_cv",
           "gflops", "pct_peak", "pct_roof", "roof", "err", "err_gamma", "err_rms", "marks", "status", "reason", "file", "line"]
ALWAYS = ["layer", "kernel", "time_median_ns", "status", "line"]
FILTERS = ["set", "kernel", "threads", "direction", "layout", "level", "data", "status"]


def prose(text):
    """The two marks that texts may have, everything else as it is."""
    text = str(markupsafe.escape(text))
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return markupsafe.Markup(re.sub(r"`(.+?)`", r"<code>\1</code>", text))


def cell(value):
    if isinstance(value, float):
        return None if pandas.isna(value) else float(f"{value:.6g}")
    return value.item() if hasattr(value, "item") else value


def rows_json(run):
    """The rows as arrays under one list of names; safe inside a script element."""
    columns = [column for column in COLUMNS if column in ALWAYS or run.rows[column].nunique() > 1]  # what is the same in all says nothing
    rows = [[cell(value) for value in row] for row in run.rows[columns].itertuples(index=False, name=None)]
    words = {}  # each text once; in the rows stands a list of its place
    rows = [[[words.setdefault(value, len(words))] if isinstance(value, str) else value for value in row] for row in rows]
    filters = [column for column in FILTERS if column in columns and run.rows[column].nunique() > 1]
    data = {"file": run.file, "columns": columns, "filters": filters, "words": list(words), "rows": rows}
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def styles():
    """The style sheet; what plots are drawn with has names, so that a dark page can lighten it."""
    names = {"/* plots, light */": "".join(f" --k{colour[1:]}: {colour};" for colour in DARK),
             "/* plots, dark */": "".join(f" --k{colour[1:]}: {lighter};" for colour, lighter in DARK.items())}
    text = (PAGE / "page.css").read_text(encoding="utf-8")
    for place, variables in names.items():
        text = text.replace(place, variables)
    return markupsafe.Markup(text)


def write(title, sections, plots, run=None):
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(PAGE), autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined)
    environment.filters["prose"] = prose
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.get_template("page.html.j2").render(
        title=title, sections=sections, plots={name: markupsafe.Markup(svg) for name, svg in plots.items()},
        style=styles(),
        script=markupsafe.Markup((PAGE / "page.js").read_text(encoding="utf-8")),
        rows=markupsafe.Markup(rows_json(run)) if run else None)
