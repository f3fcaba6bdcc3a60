"""What a section of the report consists of, free of how it is written down: report.md and report.html are made from the same objects."""
# SPDX-License-Identifier: Apache-2.0

from dataclasses import dataclass, field
from typing import Any, Optional


@dataclass
class Text:
    """A paragraph. **bold** and `code` are the only marks."""

    text: str


@dataclass
class Heading:
    text: str


@dataclass
class Table:
    """The first `texts` columns and the last `tail` are words, those between them numbers. `fold` hides a long table behind its caption in the page."""

    header: list
    rows: list
    texts: int = 1
    tail: int = 0
    caption: Optional[str] = None
    fold: bool = False


@dataclass
class Plot:
    """A figure with the words for those who cannot see it, and the file its numbers are from."""

    name: str  # of its files, and of its anchor in the page
    figure: Any
    alt: str
    source: str = "results.csv"


@dataclass
class Missing:
    """A plot or table that this run has no data for, and what would give it some."""

    what: str
    why: str


@dataclass
class Section:
    anchor: str
    title: str
    blocks: list = field(default_factory=list)
