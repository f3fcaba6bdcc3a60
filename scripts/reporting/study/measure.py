"""Measuring the grid, in as many parts as one likes, and keeping what is worth it."""
# SPDX-License-Identifier: Apache-2.0

import gzip
import os
import subprocess
import sys

from . import grid
from .machine import BIN

RAW, KEPT = "results.csv", "results.csv.gz"
COLUMNS = ["set", "name", "problem", "direction", "layout", "kernel", "isa", "plan", "threads", "cache", "batch", "macs", "min_bytes", "time_min_ns",
           "time_median_ns", "repetitions", "pct_peak", "pct_roof", "roof", "peak_gflops", "status", "reason", "ic", "oc", "groups", "icg", "ocg", "kh", "kw",
           "stride_h", "stride_w", "ih", "iw"]
BUDGET = 0.25  # seconds for the repetitions of one measurement: nine of a hundredth, and some for those that were disturbed
FAILED_KERNEL = 1  # the exit code of gconv-bench; the rows say which
# oneDNN settles on an instruction set when it is first asked for anything, before gconv-bench could tell it.
HELD = {"avx2": "AVX2"}


def measure(folder, isa, minutes):
    """Goes on where the file of an unfinished measurement ends; without one begins anew."""
    held = {"ONEDNN_MAX_CPU_ISA": HELD[isa]} if isa in HELD else {}
    done = subprocess.run([BIN / "gconv-bench", "--problems=grid", f"--kernels={','.join(grid.KERNELS)}", f"--dir={','.join(grid.DIRECTIONS)}", "--threads=1",
                           f"--isa={isa}", f"--minutes={minutes:g}", f"--budget={BUDGET}", f"--resume={folder / RAW}", f"--ceilings={folder / 'ceilings.txt'}",
                           f"--environment={folder / 'environment.json'}"], stdout=subprocess.DEVNULL, env={**os.environ, **held})
    if done.returncode not in (0, FAILED_KERNEL):
        sys.exit(done.returncode)  # it said why


def keep(folder, run):
    """Few columns, packed, in the place of the file that gconv-bench wrote; that one stays as long as there is more to measure. What a kernel
    does not take is not kept."""
    rows = run.rows[run.rows["status"] != "skipped"]
    text = rows[[column for column in COLUMNS if column in run.columns]].to_csv(index=False, float_format="%.5g", lineterminator="\n")
    (folder / KEPT).write_bytes(gzip.compress(text.encode(), mtime=0))
    if run.rows[["direction", "problem"]].drop_duplicates().shape[0] >= grid.EVERY:
        (folder / RAW).unlink()
