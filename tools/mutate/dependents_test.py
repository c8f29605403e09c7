"""Tests of dependents.py, with what Bazel prints."""

import unittest

from dependents import Dependents

TESTS = "@@//api:a_test (0ddcedc)\n@@//tools:b_test (0ddcedc)\n"
GRAPH = """digraph mygraph {
  node [shape=box];
  "//api:a_test (0ddcedc)"
  "//api:a_test (0ddcedc)" -> "//api:a (c808504)"
  "//api:a_test (0ddcedc)" -> "//api:a_test.cc (null)"
  "//tools:b_test (0ddcedc)" -> "//tools:b (c808504)"
  "//tools:b (c808504)" -> "//api:a (c808504)"
  "//tools:b (c808504)" -> "@abseil-cpp//absl/base:base (c808504)"
  "//tools:b (c808504)" -> "//tools:inner/b.cc (null)"
  "//api:a (c808504)" -> "//api:a.h (null)"
}
"""


class FakeBazel:
    def print(self, _command, query, *_arguments):
        if query.startswith("attr("):
            return TESTS.splitlines(keepends=True)[0]
        return GRAPH if query.startswith("deps(") else TESTS


class DependentsTest(unittest.TestCase):
    def setUp(self):
        self.dependents = Dependents(FakeBazel())

    def test_tests_through_others(self):
        self.assertEqual(set(self.dependents.tests("api/a.h")), {"//api:a_test", "//tools:b_test"})
        self.assertEqual(set(self.dependents.tests("tools/inner/b.cc")), {"//tools:b_test"})

    def test_how_much_has_to_be_built_for_each(self):
        # The test of a alone needs a; the other one needs a and b.
        self.assertEqual(self.dependents.tests("api/a.h"), {"//api:a_test": 1, "//tools:b_test": 2})
        self.assertEqual(self.dependents.tests("api/a_test.cc"), {"//api:a_test": 0})

    def test_a_file_that_nothing_is_built_of(self):
        self.assertEqual(self.dependents.tests("api/bsd.cc"), {})
        self.assertNotIn("api/bsd.cc", self.dependents.files())

    def test_which_are_small(self):
        self.assertEqual(self.dependents.small(), {"//api:a_test"})

    def test_files(self):
        self.assertLessEqual({"api/a.h", "api/a_test.cc", "tools/inner/b.cc"}, set(self.dependents.files()))


if __name__ == "__main__":
    unittest.main()
