#!/usr/bin/env python3
"""What holds for the repository as a whole: source files name their licence, links between documents lead somewhere, the version is the same
wherever it stands, and nothing large is kept."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LICENCE = re.compile(r"^\W*SPDX-License-Identifier: Apache-2\.0\W*$", re.M)
SOURCES = {".c", ".h", ".cc", ".inc", ".py", ".cmake", ".sed", ".css", ".js", ".j2", ".supp", ".yml", ".cff"}
NAMES = {"CMakeLists.txt", ".clang-format", ".clang-tidy", ".editorconfig", ".gitattributes", ".gitignore"}
DATA = ("reports/", "tests/fuzz/corpus/", "debian/source/")  # nobody's text, or without comments
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
LARGEST = 1 << 20
SKIPPED = 77


def files():
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def is_source(name, text):
    path = pathlib.PurePath(name)
    return not name.startswith(DATA) and (
        path.suffix in SOURCES or path.name in NAMES or name.endswith(".h.in") or text.startswith("#!") or name.startswith("bench/") and path.suffix == ".txt")


def lacks_licence(name, text):
    return is_source(name, text) and not LICENCE.search(text)


class Repository(unittest.TestCase):
    def test_sources_name_their_licence(self):
        texts = ((name, (ROOT / name).read_text(encoding="utf-8", errors="replace")) for name in files())
        lacking = [name for name, text in texts if lacks_licence(name, text)]
        self.assertFalse(lacking, f"{len(lacking)} files need a line 'SPDX-License-Identifier: Apache-2.0', the first: {lacking[:5]}")

    def test_a_file_without_licence_is_found(self):
        licence = "SPDX-License-Identifier: Apache-" + "2.0"
        for name, comment in {"kernels/new.c": "/* {} */\n", "scripts/new": "#!/bin/sh\n# {}\n", "bench/problems/shapes/new.txt": "# {}\n"}.items():
            self.assertFalse(lacks_licence(name, comment.format(licence)), name)
            self.assertTrue(lacks_licence(name, comment.format("new")), name)
            self.assertTrue(lacks_licence(name, comment.format(f"no {licence}")), name)

    def test_links_lead_somewhere(self):
        for name in files():
            if name.endswith(".md"):
                text = re.sub(r"```.*?```", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.S)
                for target in LINK.findall(text):
                    if "://" not in target:
                        self.assertTrue(((ROOT / name).parent / target).exists(), f"{name} links to {target}")

    def test_one_version(self):
        found = {name: re.search(pattern, (ROOT / name).read_text(encoding="utf-8"), re.M)[1] for name, pattern in {
            "CITATION.cff": r"^version: ([\d.]+)$", "debian/changelog": r"^gconv \(([\d.]+)\)"}.items()}
        header = re.findall(r"^#define GCONV_VERSION_\w+ (\d+)", (ROOT / "kernels/gconv.h").read_text(encoding="utf-8"), re.M)
        self.assertEqual(set(found.values()), {".".join(header)}, found)

    def test_nothing_large(self):
        self.assertEqual([name for name in files() if (ROOT / name).stat().st_size > LARGEST], [])


if __name__ == "__main__":
    if not files():
        print("SKIPPED: not a checkout, or git is not there")
        sys.exit(SKIPPED)
    unittest.main()
