"""A CSV file as a crash may have left it: whatever can be read, where in the file each row stands, and in words what could not be read."""
# SPDX-License-Identifier: Apache-2.0

import csv
import gzip
import sys
import zlib

import pandas

from .text import plural

csv.field_size_limit(sys.maxsize)  # a quote that is never closed makes a field of the rest of the file


class Unusable(Exception):
    """There is nothing to report on; the text says why."""


def records(lines, width):
    """(number of its first line, fields) of each record. A quote that was cut off swallows the lines behind it: they are read again."""
    first = 0
    while first < len(lines):
        reader, begin = csv.reader(iter(lines[first:]), strict=True), first
        try:
            for fields in reader:
                if len(fields) != width and begin + reader.line_num > first + 1:
                    break
                yield first + 1, fields
                first = begin + reader.line_num
            else:
                return
        except csv.Error:
            pass
        yield first + 1, []
        first += 1


def read(path, problems):
    """A frame of texts with the columns that the first line names and `line`; what was left out is added to `problems`."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
            text = file.read().replace("\0", "")
    except (OSError, EOFError, zlib.error) as error:
        raise Unusable(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not text.strip():
        raise Unusable(f"{path} is empty")
    if "\n" in text and not text.endswith("\n"):
        text = text[:text.rfind("\n") + 1]
        problems.append(f"The last line of {path.name} is not complete (the run was cut off while writing it); it is left out.")
    head, *lines = [line + "\n" for line in text.removesuffix("\n").split("\n")]
    names = next(csv.reader([head]), [])
    if len(set(names)) < len(names):
        raise Unusable(f"{path} is not a CSV file: its first line names a column twice")
    good, bad = [], 0
    for number, fields in records(lines, len(names)):
        if len(fields) == len(names):
            good.append([*(field or None for field in fields), number + 1])
        elif lines[number - 1].strip():
            bad += 1
    if bad:
        problems.append(f"{plural(bad, 'line')} of {path.name} {'does' if bad == 1 else 'do'} not have the fields that its first line names: left out.")
    return pandas.DataFrame(good, columns=[*names, "line"], dtype=object).astype({"line": int})
