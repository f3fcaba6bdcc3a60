"""A stored run whose report can be worked out by hand, for the tests to copy and to damage."""
# SPDX-License-Identifier: Apache-2.0

import shutil
from pathlib import Path

SMALL = Path(__file__).parent / "small"


def copy_of_small(parent):
    return Path(shutil.copytree(SMALL, Path(parent) / "run"))
