"""A stored run whose report can be worked out by hand, for the tests to copy and to damage."""

import shutil
from pathlib import Path

SMALL = Path(__file__).parent / "small"


def copy_of_small(parent):
    return Path(shutil.copytree(SMALL, Path(parent) / "run"))
