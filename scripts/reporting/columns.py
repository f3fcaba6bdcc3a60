"""The columns of results.csv, as the table has them that gconv-bench writes by."""
# SPDX-License-Identifier: Apache-2.0

import re
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "bench" / "results" / "columns.inc"
KINDS = {name: kind for kind, name in re.findall(r"^COLUMN\((\w+), (\w+),", TABLE.read_text(encoding="utf-8"), re.MULTILINE)}
NUMBERS = [name for name, kind in KINDS.items() if kind != "TEXT"]
