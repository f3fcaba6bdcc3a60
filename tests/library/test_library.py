#!/usr/bin/python3
"""test_library.py - libgconv.so exports what its headers declare and nothing else, and both headers are C99 and C++."""
# SPDX-License-Identifier: Apache-2.0

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

KERNELS = Path(os.environ["GCONV_KERNELS"])
HEADERS = ["gconv.h", "gconv_kernel.h"]
DECLARED = re.compile(r"^GCONV_API[^;(]*?\b(gconv_\w+)\(", re.MULTILINE)
PLUGIN = """
#include "gconv_kernel.h"
static gconv_kernel row;
GCONV_PLUGIN(&row);
"""


def exported(library):
    listed = subprocess.run(["nm", "--dynamic", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    return {line.split()[2] for line in listed.splitlines()}


class Library(unittest.TestCase):
    def test_exports(self):
        declared = {name for header in HEADERS for name in DECLARED.findall((KERNELS / header).read_text(encoding="utf-8"))}
        self.assertGreater(len(declared), 30)
        self.assertEqual(exported(os.environ["GCONV_LIBRARY"]), declared)

    def test_soname(self):
        dynamic = subprocess.run(["readelf", "--dynamic", os.environ["GCONV_LIBRARY"]], capture_output=True, text=True, check=True).stdout
        text = (KERNELS / "gconv.h").read_text(encoding="utf-8")
        major, minor = (re.search(rf"define GCONV_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR"))
        self.assertIn(f"[libgconv.so.{major}.{minor}]" if major == "0" else f"[libgconv.so.{major}]", dynamic)


class Headers(unittest.TestCase):
    def compiled(self, language, standard, source):
        with tempfile.TemporaryDirectory() as folder:
            compiler = os.environ["GCONV_CXX" if language == "c++" else "GCONV_CC"]
            command = [compiler, "-x", language, f"-std={standard}", "-pedantic", "-Wall", "-Wextra", "-Werror", "-iquote", KERNELS,
                       "-c", "-", "-o", Path(folder) / "out.o"]
            done = subprocess.run(command, input=source, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{language}, {standard}:\n{done.stderr}")

    def test_languages(self):
        for language, standard in (("c", "c99"), ("c", "c17"), ("c++", "c++11"), ("c++", "c++17")):
            for header in HEADERS:
                self.compiled(language, standard, f'#include "{header}"\n')
            self.compiled(language, standard, PLUGIN)


if __name__ == "__main__":
    unittest.main()
