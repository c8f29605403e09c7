"""Tests of includes.py."""

import pathlib
import tempfile
import unittest

from includes import Includes

FILES = {
    "api/a.h": "#include <vector>\n",
    "api/b.h": '#include "someos/api/a.h"\n#include "absl/time/time.h"\n',
    "api/b.cc": '#include "someos/api/b.h"\n// #include "someos/api/c.h"\n',
    "api/c.h": "",
    "api/c.cc": '#  include "someos/api/c.h"\n#include "someos/api/generated.h"\n',
}


class IncludesTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        for name, text in FILES.items():
            path = pathlib.Path(directory.name, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        self.includes = Includes(directory.name, ["api/b.cc", "api/c.cc"])

    def test_a_source_alone(self):
        self.assertEqual(self.includes.compiled_with("api/b.cc"), {"api/b.cc"})

    def test_a_header_directly_and_through_others(self):
        self.assertEqual(self.includes.compiled_with("api/a.h"), {"api/a.h", "api/b.h", "api/b.cc"})

    def test_what_a_comment_includes_is_not_included(self):
        self.assertEqual(self.includes.compiled_with("api/c.h"), {"api/c.h", "api/c.cc"})

    def test_files(self):
        self.assertEqual(self.includes.files(), set(FILES))


if __name__ == "__main__":
    unittest.main()
