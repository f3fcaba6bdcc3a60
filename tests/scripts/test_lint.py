#!/usr/bin/env python3
"""scripts/lint --format: what is not formatted fails, and so does a comment beyond the last column; tables in comments are left alone."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = "/* file.c - a comment with a table and a formula:\n *\n *   one    1\n *   three  3\n *   y = a x + b */\n"


def lint(*files):
    return subprocess.run([ROOT / "scripts/lint", "--format", *files], capture_output=True, text=True)


@unittest.skipUnless(shutil.which("clang-format"), "no clang-format")
class Lint(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.work)
        shutil.copy(ROOT / ".clang-format", self.work)

    def lint_text(self, text):
        file = self.work / "file.c"
        file.write_text(text)
        return lint(file)

    def test_formatted_passes(self):
        done = self.lint_text(TABLE + "int x;\n")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_unformatted_fails(self):
        done = self.lint_text("int  x;\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("file.c:1", done.stdout)
        self.assertIn("lint: clang-format FAILED", done.stdout)

    def test_wide_comment_fails(self):
        for text in f"/* {'a ' * 60} */\nint x;\n", f"/* a\n * {'b ' * 60}*/\nint x;\n", f"int x; // {'c' * 120}\n":
            done = self.lint_text(text)
            self.assertEqual(done.returncode, 1, text)
            self.assertIn("lint: width of comments", done.stdout)

    def test_tree_is_formatted(self):
        version = re.search(r"version (\d+)", subprocess.check_output(["clang-format", "--version"], text=True))
        if version.group(1) != "14":
            self.skipTest(f"clang-format {version.group(1)} has rules of its own; the tree follows 14, that of Debian 12")
        if not (ROOT / ".git").exists():
            self.skipTest("not a clone: nothing says which files are the project's")
        done = lint()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"^lint: \d{3,} files, formatted")


if __name__ == "__main__":
    unittest.main()
