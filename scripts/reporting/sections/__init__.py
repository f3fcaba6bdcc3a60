"""The report, question by question. A section is a function of the run that returns a Section, or None where the run has nothing on it;
a plot without data is replaced by a sentence that says what would give it some."""
# SPDX-License-Identifier: Apache-2.0

import traceback

from ..content import Missing, Plot, Section
from . import answer, bars, blocks, claims, environment, errors, inside, kernels, ladder, merged, networks, results, roofline, savings
from . import sets, stages, table2, threads, training, unmeasured, winograd

SECTIONS = [answer.section, savings.section, bars.section, roofline.section, table2.section, blocks.section, stages.section,
            winograd.section, threads.section, networks.section, inside.section, training.section, errors.section, ladder.section, merged.section,
            kernels.section, sets.section, claims.section, unmeasured.section, environment.section, results.section]


def attempt(make, run):
    """A mistake in one section does not take the others with it: it is said in its place, and where it happened on stderr."""
    try:
        return make(run)
    except Exception as error:  # pylint: disable=broad-except
        traceback.print_exc()
        name = make.__module__.rsplit(".", 1)[1]
        return Section(name, name.capitalize(), [Missing(f"the section {name}", f"It could not be made of these files ({type(error).__name__}: {error}).")])


def write(run):
    sections = [section for section in (attempt(make, run) for make in SECTIONS) if section]
    for block in (block for section in sections for block in section.blocks if isinstance(block, Plot)):
        block.source = block.source.replace("results.csv", run.file)
    return sections
