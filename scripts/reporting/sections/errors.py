"""How large the errors are, as a share of the bound that each method promises."""

from .. import plots, style
from ..content import Missing, Plot, Section, Table, Text
from ..text import number
from .common import plain, told


def section(run):
    rows = plain(run.layers)
    rows = rows[rows["err"].notna()].drop_duplicates(["problem", "kernel", "direction"])
    if rows.empty:
        return Section("errors", "Errors", [Missing("error over bound", "No row has an error.")])
    rows = rows.assign(told=told(rows))
    kernels = style.order(rows["kernel"].unique())
    figure, (axes,) = plots.grid(1, columns=1, height=0.9 + 0.26 * len(kernels))
    smallest = rows.loc[rows["err"] > 0, "err"].min()
    for place, kernel in enumerate(reversed(kernels)):
        colour, marker = style.look(kernel)
        for row in rows[rows["kernel"] == kernel].itertuples():
            mark, = axes.plot(max(row.err, smallest / 2), place, marker=marker, color=colour, linestyle="none", alpha=0.6)
            if row.told:
                plots.tip(axes, mark, f"{kernel}, {row.layer}: {number(row.err)} of the bound")
    axes.axvline(1, color=style.INK, linewidth=1)
    axes.annotate("bound", (1, 0.02), xycoords=("data", "axes fraction"), xytext=(-3, 0), textcoords="offset points", ha="right", fontsize=8)
    axes.set_yticks(range(len(kernels)), list(reversed(kernels)), fontsize=8)
    axes.set(xlabel="largest error / derived bound")
    plots.logarithmic(axes.xaxis)
    axes.set_xlim(None, 2)
    worst = rows.loc[rows["err"].idxmax()]
    text = f"Every measured kernel was checked first. The largest error is {number(worst.err)} of its bound ({worst.kernel}, {worst['layer']})."
    lines = [[kernel, number(group.median()), number(group.max())] for kernel in kernels
             for group in [rows.loc[rows["kernel"] == kernel, "err"]]]
    return Section("errors", "Errors", [Text(text), Plot("errors", figure, "Largest error of each kernel on each layer as a share of its bound."),
                                        Table(["error / bound", "median", "largest"], lines)])
