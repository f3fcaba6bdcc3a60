"""tool.py - runs gconv-bench as its users do (its path is in GCONV_BENCH) and reads what it wrote."""
# SPDX-License-Identifier: Apache-2.0

import csv
import os
import subprocess
import tempfile
from pathlib import Path

SMALL = "g4mb1ic16oc16ih14kh3ph1"
# Some machines have one CPU.
QUICK = ["--oversubscribe", "--benchmark_repetitions=1", "--benchmark_min_time=0", "--progress=none"]


def bench(*flags, code=0, preload=None):
    """The finished process; its exit code must be `code`. `preload`: a library loaded before all others."""
    environment = {**os.environ, "LD_PRELOAD": preload} if preload else None
    done = subprocess.run([os.environ["GCONV_BENCH"], *QUICK, *flags], capture_output=True, text=True, env=environment)
    assert done.returncode == code, f"exit code {done.returncode}:\n{done.stderr}"
    return done


def rows(*flags, preload=None):
    """The finished process and the rows of its CSV."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        done = bench(f"--csv={path}", *flags, preload=preload)
        with path.open(newline="", encoding="utf-8") as file:
            return done, list(csv.DictReader(file))
