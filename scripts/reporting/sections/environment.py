"""The machine, the build and the libraries."""
# SPDX-License-Identifier: Apache-2.0

from ..content import Missing, Section, Table


def facts(environment):
    for part, entries in environment.items():
        if not isinstance(entries, dict):
            entries = {"": entries}
        for key, value in entries.items():
            if isinstance(value, list):
                value = f"{len(value)} entries" if value and isinstance(value[0], dict) else ", ".join(map(str, value))
            if value is not None and value != "":
                yield [part, key, value]


def section(run):
    lines = list(facts(run.environment))
    block = Table(["part", "fact", "value"], lines, texts=3, fold=True, caption="Machine, build, libraries") if lines else Missing(
        "the environment", "environment.json is missing.")
    return Section("environment", "Environment", [block])
