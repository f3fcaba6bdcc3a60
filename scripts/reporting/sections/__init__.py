"""The report, question by question. A section is a function of the run that returns a Section, or None where the run has nothing on it;
a plot without data is replaced by a sentence that says what would give it some."""

from . import answer, bars, blocks, claims, environment, errors, inside, kernels, ladder, merged, networks, results, roofline, savings
from . import sets, stages, table2, threads, unmeasured, winograd

SECTIONS = [answer.section, savings.section, bars.section, roofline.section, table2.section, blocks.section, stages.section,
            winograd.section, threads.section, networks.section, inside.section, errors.section, ladder.section, merged.section, kernels.section,
            sets.section, claims.section, unmeasured.section, environment.section, results.section]


def write(run):
    return [section for section in (make(run) for make in SECTIONS) if section]
