"""Tests of conditions.py."""

import unittest

from conditions import Conditions, macros_of


def compiled(text, macros):
    """The lines that are no directives and are compiled."""
    conditions, lines = Conditions(macros), []
    for line in text.split("\n"):
        if line.startswith("#"):
            conditions.directive(line)
        elif conditions.active():
            lines.append(line)
    return lines


class ConditionsTest(unittest.TestCase):
    LINUX = macros_of("Linux")

    def test_a_system_takes_its_own_branch(self):
        text = "#ifdef __linux__\na\n#else\nb\n#endif\nc"
        self.assertEqual(compiled(text, self.LINUX), ["a", "c"])
        self.assertEqual(compiled(text, macros_of("FreeBSD")), ["b", "c"])

    def test_ifndef(self):
        self.assertEqual(compiled("#ifndef __linux__\na\n#endif\nb", self.LINUX), ["b"])

    def test_else_if(self):
        text = "#if defined(__FreeBSD__)\na\n#elif defined __linux__\nb\n#elif defined(__linux__)\nc\n#else\nd\n#endif"
        self.assertEqual(compiled(text, self.LINUX), ["b"])

    def test_and_or_not(self):
        self.assertEqual(compiled("#if defined(__OpenBSD__) || !defined(__linux__)\na\n#endif", self.LINUX), [])
        self.assertEqual(compiled("#if !(defined(__OpenBSD__) || defined(__NetBSD__))\na\n#endif", self.LINUX), ["a"])

    def test_what_is_not_known_takes_both_ways(self):
        self.assertEqual(compiled("#ifdef EPOLLRDHUP\na\n#else\nb\n#endif", self.LINUX), ["a", "b"])
        self.assertEqual(compiled("#if __cplusplus >= 202002L\na\n#else\nb\n#endif", self.LINUX), ["a", "b"])
        self.assertEqual(compiled("#if __has_include(<a.h>) && defined(__linux__)\na\n#endif", self.LINUX), ["a"])

    def test_what_is_not_known_does_not_hide_what_is(self):
        self.assertEqual(compiled("#if defined(NOTE_OOB) && defined(__OpenBSD__)\na\n#else\nb\n#endif", self.LINUX), ["b"])

    def test_nested(self):
        self.assertEqual(compiled("#ifdef __APPLE__\n#ifdef __linux__\na\n#endif\nb\n#endif\nc", self.LINUX), ["c"])

    def test_constants(self):
        self.assertEqual(compiled("#if 0\na\n#elif 1\nb\n#endif", self.LINUX), ["b"])


if __name__ == "__main__":
    unittest.main()
