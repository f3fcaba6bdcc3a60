#!/usr/bin/python3
"""test_walls.py - who includes whom: no circles between files nor folders, no look into another program's inside, and no comment that names a
file which does not exist."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import subprocess
import unittest
from collections import defaultdict
from pathlib import Path

BUILD = os.environ.get("GCONV_BUILD")
ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(path for top in ("kernels", "bench", "tests", "examples") for path in (ROOT / top).rglob("*") if path.suffix in (".c", ".h", ".cc", ".inc"))
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
# Headers that the build writes, or that stand for one of several (a mutants' registry before the real one).
MADE = {"build.h", "git.h"}
ELSEWHERE = {"resnet.py", "regnet.py", "common_x86_64.h"}  # of other projects, which comments cite
# Folders of programs: nobody else's to include. tests/ may look into all.
PROGRAMS = ("bench/run", "bench/check", "bench/info", "bench/train")
NAMED = re.compile(r'(?<![\w@*<{."-])((?:[\w-]+/)*[a-z][\w-]+\.(?:c|h|cc|inc|py))\b(?! =)')


def name(path):
    return str(path.relative_to(ROOT))


def resolve(path, included):
    """The file that `path` means by it: beside it, below kernels/, or alone of its name in bench/."""
    places = [path.parent / included, ROOT / "kernels" / included, *((ROOT / "bench").glob(f"**/{included}"))]
    if name(path).startswith("tests/"):
        places += (ROOT / "tests").glob(f"**/{included}")
    return next((place.resolve() for place in places if place.is_file()), None)


def edges():
    for path in CODE:
        for included in INCLUDE.findall(path.read_text()):
            found = resolve(path, included)
            if found:
                yield path, found
            else:
                assert included in MADE, f"{name(path)} includes {included}, which is nowhere"


def circles(graph):
    """Strongly connected components of more than one node (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def graph_of(key):
    graph = defaultdict(set)
    for path, included in edges():
        a, b = key(path), key(included)
        graph[a] |= {b} - {a}
        graph[b] |= set()
    return graph


def calls():
    """Of each source of bench/ and kernels/, by what its object file defines and what it leaves undefined: those of its folder that it uses."""
    defined, wanted, graph = {}, defaultdict(set), defaultdict(set)
    rules = Path(BUILD, "build.ninja").read_text()
    for top in ("bench", "kernels"):
        for path in sorted(Path(BUILD, top).rglob("*.o")):
            folder, _, source = str(path.relative_to(BUILD)).partition("/CMakeFiles/")
            source = f"{folder}/{source.split('.dir/')[1][:-2]}"
            if f"build {path.relative_to(BUILD)}:" not in rules:
                continue  # of an earlier state of the tree
            for line in subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout.splitlines():
                kind, symbol = line.split()[-2:]
                if kind == "U":
                    wanted[source].add(symbol)
                elif kind in "TDBR":
                    defined[symbol] = source
    for source, symbols in wanted.items():
        used = {defined[symbol] for symbol in symbols if symbol in defined}
        graph[source] |= {other for other in used - {source} if Path(other).parent == Path(source).parent}
        for other in graph[source].copy():
            graph[other] |= set()
    return graph


class Walls(unittest.TestCase):
    def test_circles_are_seen(self):
        graph = defaultdict(set, {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})
        self.assertEqual(circles(graph), [["b", "c"]])

    def test_no_circles_of_includes(self):
        self.assertEqual(circles(graph_of(name)), [])

    @unittest.skipUnless(BUILD, "no build to look at")
    def test_no_circles_of_calls_within_a_folder(self):
        """Between folders includes tell; the registry's table of kernels is what knows them all."""
        self.assertEqual(circles(calls()), [])

    def test_no_circles_between_folders(self):
        self.assertEqual(circles(graph_of(lambda path: name(path.parent))), [])

    def test_kernels_know_nothing_of_benchmarks_nor_these_of_tests(self):
        for path, included in edges():
            tops = name(path).split("/")[0], name(included).split("/")[0]
            self.assertNotIn(tops, [("kernels", "bench"), ("kernels", "tests"), ("bench", "tests")], f"{name(path)} includes {name(included)}")

    def test_nobody_looks_into_a_program_or_another_kernel(self):
        for path, included in edges():
            inside = name(included.parent)
            where = f"{name(path)} includes {name(included)}"
            if name(path).startswith("tests/"):
                continue
            if inside.startswith(PROGRAMS):
                self.assertTrue(name(path).startswith("/".join(inside.split("/")[:2])), where)
            if inside.startswith("kernels/impl/"):
                self.assertTrue(name(path).startswith("/".join(inside.split("/")[:3])), where)

    def test_files_named_in_comments_exist(self):
        tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        known = {Path(path).name for path in tracked} | MADE | ELSEWHERE
        gone = []
        for path in CODE:
            text = path.read_text()
            for comment in re.findall(r"/\*.*?\*/", text, re.DOTALL) + re.findall(r"//[^\n]*", text):
                gone += [f"{name(path)}: {named}" for named in NAMED.findall(comment) if Path(named).name not in known]
        self.assertEqual(gone, [])


if __name__ == "__main__":
    unittest.main()
