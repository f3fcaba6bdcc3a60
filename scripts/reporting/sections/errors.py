"""How large the errors are, in units that are the same for every method, with what each method promises beside them.

A share of a method's own bound says whether it keeps its promise, not how accurate it is: a transform promises less. `err_gamma` is the
largest error as a multiple of what a plain sum may err by (gamma_K * sum |a||b|), `err_rms` the relative root mean square against double
precision. Files without them have only the shares.
"""
# SPDX-License-Identifier: Apache-2.0

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..text import number, plural
from .common import plain, told

UNITS = {"err_rms": ("relative RMS error", "relative RMS"), "err_gamma": ("largest error / bound of a plain sum", "of the bound of a plain sum"),
         "err": ("largest error / the method's own bound", "of its own bound")}
OWN_ONLY = ("**Each error is a share of the method's own bound**, and the bounds differ: a transform's is many times that of a sum, so these shares do not say"
            " which method is more accurate. The file has no error in a common unit (`err_gamma`, `err_rms`).")
COMMON = ("Errors are in one unit for all methods: the largest as a multiple of gamma_K * sum |a||b|, which no plain sum in binary32 exceeds (1 in the plot), and the"
          " root mean square relative to double precision. Beside them the bound that each method promises, in the same unit (a short bar).")


def figure_of(value, column):
    """Relative errors are far below what is read with its zeros."""
    return f"{value:.2e}" if column == "err_rms" and value == value else number(value)


def unit(rows):
    """(column, its name, the words behind a figure) of the best unit that the rows have."""
    column = next((name for name in UNITS if (rows[name] > 0).any()), "err")
    return (column, *UNITS[column])


def panel(axes, rows, kernels, column):
    smallest = rows.loc[rows[column] > 0, column].min()
    for place, kernel in enumerate(reversed(kernels)):
        colour, marker = style.look(kernel)
        own = rows[(rows["kernel"] == kernel) & rows[column].notna()]
        for error, layer, named in zip(own[column], own["layer"], own["told"]):
            mark, = axes.plot(max(error, smallest / 2), place, marker=marker, color=colour, linestyle="none", alpha=0.6)
            if named:
                plots.tip(axes, mark, f"{kernel}, {layer}: {figure_of(error, column)} {UNITS[column][1]}")
        bound = own["bound"].median()
        if column == "err_gamma" and bound == bound:
            axes.plot([bound] * 2, [place - 0.4, place + 0.4], color=style.INK, linewidth=2)
    named = axes.get_subplotspec().is_first_col()
    axes.set_yticks(range(len(kernels)), list(reversed(kernels)) if named else [""] * len(kernels), fontsize=8)
    axes.set(xlabel=UNITS[column][0], ylim=(-0.6, len(kernels) - 0.4))
    plots.logarithmic(axes.xaxis)
    if column != "err_rms":
        axes.axvline(1, color=style.INK, linewidth=1)


def table(rows, kernels, common):
    """Median and largest in every unit of the file, the method's bound, and how much of it is used."""
    columns = [*common, "err"]
    header = ["kernel", *(f"{name}, {end}" for name in columns for end in ("median", "largest"))] + (["bound of the method / of a plain sum"] if common else [])
    lines = []
    for kernel in kernels:
        own = rows[rows["kernel"] == kernel]
        cells = [figure_of(value, name) for name in columns for value in (own[name].median(), own[name].max())]
        lines.append([kernel, *cells] + ([number(own["bound"].median())] if common else []))
    names = {"err": "share of its own bound", "err_gamma": "/ bound of a plain sum", "err_rms": "relative RMS"}
    for short, words in sorted(names.items(), reverse=True):
        header = [words + cell[len(short):] if cell.startswith(f"{short},") else cell for cell in header]
    return Table(header, lines)


def section(run):
    rows = plain(run.layers)
    rows = rows[rows[list(UNITS)].notna().any(axis=1)].drop_duplicates(["problem", "kernel", "direction"])
    if rows.empty:
        return Section("errors", "Errors", [Missing("error over bound", "No row has an error.")])
    bound = (rows["err_gamma"] / rows["err"]).where(rows["err"] > 0)
    rows = rows.assign(told=told(rows), bound=bound.where(bound > 0))
    kernels = style.order(rows["kernel"].unique())
    common = [name for name in ("err_gamma", "err_rms") if (rows[name] > 0).any()]
    drawn = common or ["err"]
    figure, every = plots.grid(len(drawn), columns=len(drawn), height=0.9 + 0.26 * len(kernels))
    for axes, column in zip(every, drawn):
        panel(axes, rows, kernels, column)
    text = f"Every measured kernel was checked first, on {plural(rows['problem'].nunique(), 'problem')}."
    if rows["err"].notna().any():
        worst = rows.loc[rows["err"].idxmax()]
        text += f" The largest error is {number(worst.err)} of what its method promises ({worst.kernel}, {worst['layer']})."
    alt = "Errors of each kernel on each layer" + (", in one unit for all methods." if common else ", as shares of each method's own bound.")
    return Section("errors", "Errors", [Text(text), Text(COMMON if common else OWN_ONLY), Plot("errors", figure, alt), table(rows, kernels, common)])
