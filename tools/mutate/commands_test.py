"""Tests of commands.py, with what Bazel prints."""

import json
import unittest

from commands import Commands, Compile, Test

A = ["clang", "-MF", "out/a.d", "-c", "api/a.cc", "-o", "out/a.o"]
B = ["clang", "-c", "tools/b.cc", "-o", "out/b.o"]
A_TEST = ["-o", "out/a_test", "out/a_test.o", "out/a.o", "-lm"]
B_TEST = ["-o", "out/b_test", "out/a.o", "out/b.o"]
ACTIONS = json.dumps(
    {
        "targets": [
            {"id": 1, "label": "//api:a"},
            {"id": 2, "label": "@@//api:a_test"},
            {"id": 3, "label": "//tools:b_test"},
            {"id": 4, "label": "//tools:b"},
        ],
        "actions": [
            {"targetId": 1, "mnemonic": "CppCompile", "arguments": A},
            {"targetId": 4, "mnemonic": "CppCompile", "arguments": B},
            {"targetId": 2, "mnemonic": "CppLink", "arguments": ["ld", "@p"], "paramFiles": [{"execPath": "p", "arguments": A_TEST}]},
            {"targetId": 3, "mnemonic": "CppLink", "arguments": ["ld", "@q"], "paramFiles": [{"execPath": "q", "arguments": B_TEST}]},
            {"targetId": 2, "mnemonic": "TestRunner", "arguments": ["setup.sh", "api/a_test", "--fast", "corpus"]},
            {"targetId": 3, "mnemonic": "TestRunner", "arguments": ["setup.sh", "tools/b_test"]},
            {"targetId": 4, "mnemonic": "CppLink", "arguments": ["ld", "@r"], "paramFiles": [{"execPath": "r", "arguments": B_TEST}]},
        ],
    }
)


class CommandsTest(unittest.TestCase):
    def setUp(self):
        self.commands = Commands(ACTIONS, {"//tools:b_test": {"A": "b"}})

    def test_how_each_source_is_compiled(self):
        self.assertEqual(self.commands.compiles, {"api/a.cc": [Compile("api/a.cc", "out/a.o", A)], "tools/b.cc": [Compile("tools/b.cc", "out/b.o", B)]})

    def test_how_each_test_is_linked_and_run(self):
        a = Test("out/a_test", "ld", A_TEST, ["--fast", "corpus"], {})
        b = Test("out/b_test", "ld", B_TEST, [], {"A": "b"})
        self.assertEqual(self.commands.tests, {"//api:a_test": a, "//tools:b_test": b})

    def test_the_tests_of_sources(self):
        self.assertEqual(self.commands.tests_with(self.commands.objects(["tools/b.cc"])), {"//tools:b_test": 1})
        both = self.commands.objects(["api/a.cc", "tools/b.cc", "api/a.h"])
        self.assertEqual(self.commands.tests_with(both), {"//api:a_test": 1, "//tools:b_test": 2})
        self.assertEqual(self.commands.tests_with(self.commands.objects(["api/bsd.cc"])), {})


if __name__ == "__main__":
    unittest.main()
