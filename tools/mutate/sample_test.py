"""Tests of sample.py."""

import unittest

import sample
from conditions import macros_of

TEXT = "int F(int a, int b) {\n  if (a < b) return a + 1;\n  if (b < a && a < 3) return b;\n  return 0;\n}\n"


class SampleTest(unittest.TestCase):
    def setUp(self):
        self.mutations = sample.mutations_of("api/f.cc", TEXT, {})

    def test_a_mutation_names_its_line(self):
        first = next(m for m in self.mutations if m.operator == "relational")
        self.assertEqual((first.file, first.line, first.text), ("api/f.cc", 2, "if (a < b) return a + 1;"))
        self.assertEqual(first.applied(TEXT), TEXT.replace("a < b", "a <= b"))
        self.assertEqual(first.changed_text(TEXT), "if (a <= b) return a + 1;")

    def test_mutations_of_one_name_on_one_line_are_numbered(self):
        names = [m.name for m in self.mutations if m.line == 3 and m.operator == "relational"]
        self.assertEqual(names, ["'<' to '<=' #1", "'<' to '<=' #2"])

    def test_no_two_have_the_same_key(self):
        twice = TEXT + TEXT.replace("F(", "G(")
        keys = [m.key() for m in sample.mutations_of("api/f.cc", twice, {})]
        self.assertEqual(len(keys), len(set(keys)))

    def test_a_mutation_has_one_name_on_all_systems(self):
        text = "#ifdef __linux__\nint a = 1;\n#endif\n#ifdef __APPLE__\nint a = 1;\n#endif\n"
        names = {system: [m.name for m in sample.mutations_of("api/f.cc", text, macros_of(system))] for system in ("Linux", "Darwin")}
        self.assertEqual(names, {"Linux": ["1 to 0 #1", "1 to 2 #1"], "Darwin": ["1 to 0 #2", "1 to 2 #2"]})

    def test_a_seed_always_draws_the_same(self):
        self.assertEqual(sample.draw(self.mutations, 1, 5), sample.draw(self.mutations[::-1], 1, 5))
        self.assertEqual(len(sample.draw(self.mutations, 1, 5)), 5)
        self.assertNotEqual(sample.draw(self.mutations, 1, 5), sample.draw(self.mutations, 2, 5))

    def test_another_line_does_not_change_what_is_drawn_of_the_rest(self):
        longer = sample.mutations_of("api/f.cc", "bool g = true;\n" + TEXT, {})
        drawn = {m.key() for m in sample.draw(self.mutations, 1, 5)}
        self.assertLessEqual({m.key() for m in sample.draw(longer, 1, 5)} - drawn, {m.key() for m in longer[:1]})

    def test_the_librarys_files(self):
        for file in ("api/poller.h", "backends/epoll/epoll_poller.cc"):
            self.assertTrue(sample.is_library(file), file)
        for file in ("api/select_test.cc", "backends/poll/poll_faults.h", "backends/line_plain/character_width_table.h", "api/mmap/find_fuzz.cc", "tools/relay/relay.cc", "api/BUILD.bazel"):
            self.assertFalse(sample.is_library(file), file)


if __name__ == "__main__":
    unittest.main()
