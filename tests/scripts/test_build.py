#!/usr/bin/env python3
"""scripts/build in a copy of a built tree, and in one that was moved: the build folder is started anew, which is said, once. The
project that is built is one line, as what is tested is the script."""
# SPDX-License-Identifier: Apache-2.0
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTS = "cmake_minimum_required(VERSION 3.25)\nproject(copied LANGUAGES NONE)\n" \
        "add_custom_target(where ALL COMMAND ${CMAKE_COMMAND} -E echo ${CMAKE_SOURCE_DIR} > where.txt)\n"
ANEW = "build: build/ is of another place"


def build(tree, *arguments):
    return subprocess.run([tree / "scripts/build", *arguments], capture_output=True, text=True)


class Build(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.work)
        self.tree = self.work / "a tree"
        (self.tree / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts/build", self.tree / "scripts")
        shutil.copy(ROOT / "CMakePresets.json", self.tree)
        (self.tree / "CMakeLists.txt").write_text(LISTS)
        self.builds(self.tree, said=False)
        (self.tree / "build/rows.csv").write_text("a user's\n")

    def builds(self, tree, said):
        done = build(tree)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count(ANEW), said, done.stdout)
        self.assertEqual((tree / "build/where.txt").read_text().strip(), str(tree))

    def test_copy_starts_anew_once(self):
        copy = self.work / "copy"
        shutil.copytree(self.tree, copy, symlinks=True)
        self.builds(copy, said=True)
        self.assertTrue((copy / "build/rows.csv").exists(), "what is not CMake's was deleted")
        self.builds(copy, said=False)
        self.builds(self.tree, said=False)

    def test_moved(self):
        moved = self.work / "moved"
        self.tree.rename(moved)
        self.builds(moved, said=True)
        self.builds(moved, said=False)

    def test_through_a_link(self):
        link = self.work / "link"
        link.symlink_to(self.tree)
        done = build(link)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(ANEW, done.stdout)


if __name__ == "__main__":
    unittest.main()
