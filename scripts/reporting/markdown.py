"""The report as Markdown, for those who read it in a terminal or a review."""
# SPDX-License-Identifier: Apache-2.0

from .content import Heading, Missing, Plot, Table, Text


def table(block):
    marks = ["---"] * block.texts + ["---:"] * (len(block.header) - block.texts - block.tail) + ["---"] * block.tail
    lines = [block.header, marks, *block.rows]
    caption = f"{block.caption}\n\n" if block.caption else ""
    return caption + "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


WRITERS = {
    Text: lambda block: block.text + "\n",
    Heading: lambda block: f"### {block.text}\n",
    Table: table,
    Plot: lambda block: f"![{block.alt}]({block.name}.svg)\n\nFrom {block.source}.\n",
    Missing: lambda block: f"Not shown: {block.what}. {block.why}\n",
}


def write(title, sections):
    parts = [f"# {title}\n"]
    for section in sections:
        parts.append(f"## {section.title}\n")
        parts += [WRITERS[type(block)](block) for block in section.blocks]
    return "\n".join(parts)
