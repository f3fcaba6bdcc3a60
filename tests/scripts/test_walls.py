#!/usr/bin/python3
"""test_walls.py - who includes whom: no circles between files nor folders, no look into another program's inside, and no comment that names a
file which does not exist."""
import re
import unittest
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(path for top in ("kernels", "bench", "tests", "examples") for path in (ROOT / top).rglob("*") if path.suffix in (".c", ".h", ".cc", ".inc"))
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
# Headers that the build writes, or that stand for one of several (a mutants' registry before the real one).
MADE = {"build.h", "git.h"}
# Folders of programs: nobody else's to include. tests/ may look into all.
PROGRAMS = ("bench/run", "bench/check", "bench/info", "bench/train")
# ... but for what is a library of theirs: how facts are listed and files read, and what watches calls.
SHARED = {"bench/info/facts.h", "bench/info/files.h", "bench/info/info.h"}
NAMED = re.compile(r"(?<![\w@*<{-])((?:[\w-]+/)*[\w-]+\.(?:c|h|cc|inc|py))\b")


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


class Walls(unittest.TestCase):
    def test_circles_are_seen(self):
        graph = defaultdict(set, {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}})
        self.assertEqual(circles(graph), [["b", "c"]])

    def test_no_circles_between_files(self):
        """A header and its source are one: what x.c includes, x does."""
        self.assertEqual(circles(graph_of(lambda path: name(path.with_suffix("")))), [])

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
            if name(path).startswith("tests/") or name(included) in SHARED:
                continue
            if inside.startswith(PROGRAMS):
                self.assertTrue(name(path).startswith(inside), where)
            if inside.startswith("kernels/impl/"):
                kernel = "/".join(inside.split("/")[:3])
                self.assertTrue(name(path).startswith(kernel), where)

    def test_files_named_in_comments_exist(self):
        known = {path.name for path in ROOT.rglob("*") if ".git" not in path.parts}
        for path in CODE:
            text = path.read_text()
            comments = re.findall(r"/\*.*?\*/", text, re.DOTALL) + re.findall(r"//[^\n]*", text)
            for comment in comments:
                for named in NAMED.findall(comment):
                    self.assertIn(named.split("/")[-1], known, f"{name(path)}: {comment[:200]}")


if __name__ == "__main__":
    unittest.main()
