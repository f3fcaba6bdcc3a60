"""The programs that measure, and the folder of this processor's results."""
# SPDX-License-Identifier: Apache-2.0

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = ROOT / "build/bin"


def info(*arguments):
    return subprocess.run([BIN / "gconv-info", *arguments], check=True, capture_output=True, text=True).stdout


def cpu():
    return json.loads(info("machine", "--json"))["cpu"]


def folder(stem, facts, suffix=""):
    """reports/STEM-CPU[-SUFFIX], which is made if it is not there."""
    name = re.sub(r"[^a-z0-9]+", "-", f"{facts['model']} family {facts['family_number']} model {facts['model_number']} {suffix}".lower()).strip("-")
    path = ROOT / "reports" / f"{stem}-{name}"
    path.mkdir(parents=True, exist_ok=True)
    return path
