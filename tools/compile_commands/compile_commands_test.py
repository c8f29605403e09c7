#!/usr/bin/env python3
"""Tests what becomes of Bazel's commands in compile_commands.json."""

import unittest

import compile_commands

PLACES = compile_commands.Places("/home/me/someos", "/cache/execroot/_main", "/cache")
PRIVATE = compile_commands.Places("/home/me/someos", "/cache/execroot/_main", "/cache", private_root="/private")


def converted(*words, places=PLACES):
    return compile_commands.for_tools(["/usr/bin/gcc", *words], places)[1:]


def action(*words):
    return {"arguments": ["/usr/bin/gcc", *words]}


class CommandTest(unittest.TestCase):
    def test_flags_stay_in_their_order(self):
        flags = ["-std=c++17", "-Wall", '-D__DATE__="redacted"', "-O2", "-std=c++20"]
        self.assertEqual(converted(*flags), flags)

    def test_a_path_of_the_workspace(self):
        self.assertEqual(converted("-iquote", "."), ["-iquote", "/home/me/someos"])
        self.assertEqual(converted("-c", "api/select.cc"), ["-c", "/home/me/someos/api/select.cc"])

    def test_what_the_build_makes_is_in_the_execution_root(self):
        made = "bazel-out/k8-opt/bin/api/_virtual_includes/select"
        self.assertEqual(converted("-I" + made), ["-I/cache/execroot/_main/" + made])
        self.assertEqual(converted("-isystem", made), ["-isystem", "/cache/execroot/_main/" + made])

    def test_another_repository_is_where_it_stays_after_other_builds(self):
        self.assertEqual(converted("-iquote", "external/abseil-cpp~"), ["-iquote", "/cache/external/abseil-cpp~"])

    def test_outputs_are_left_out(self):
        self.assertEqual(converted("-MD", "-MF", "a.d", "-frandom-seed=a.o", "-c", "a.cc", "-o", "a.o"), ["-c", "/home/me/someos/a.cc"])

    def test_module_maps_are_left_out(self):
        layering = ["-fmodule-name=//a", "-fmodule-map-file=a.cppmap", "-Xclang", "-fno-cxx-modules", "-fmodules-strict-decluse"]
        self.assertEqual(converted(*layering, "-Xclang", "-fsomething"), ["-Xclang", "-fsomething"])

    def test_the_machine_has_its_own_compiler_and_headers(self):
        command = compile_commands.for_tools(["/usr/bin/gcc", "-isystem", "/usr/include/a"], PLACES)
        self.assertEqual(command, ["/usr/bin/gcc", "-isystem", "/usr/include/a"])

    def test_the_private_root_has_a_compiler_with_other_headers(self):
        command = compile_commands.for_tools(["/usr/lib/someos/bin/clang", "-isystem", "/usr/include/a"], PRIVATE)
        self.assertEqual(
            command,
            ["/private/usr/lib/someos/bin/clang", "--sysroot=/private/usr/lib/someos/sysroot", "-isystem", "/private/usr/include/a"],
        )


class EntriesTest(unittest.TestCase):
    def test_one_for_each_source_file_by_its_first_command(self):
        actions = [
            action("-fPIC", "-c", "b.cc", "-o", "b.pic.o"),
            action("-c", "b.cc", "-o", "b.o"),
            action("-c", "a/a.cc", "-o", "a.o"),
        ]
        found = compile_commands.entries(actions, PLACES)
        self.assertEqual([entry["file"] for entry in found], ["/home/me/someos/a/a.cc", "/home/me/someos/b.cc"])
        self.assertIn("-fPIC", found[1]["arguments"])
        self.assertEqual({entry["directory"] for entry in found}, {"/cache/execroot/_main"})

    def test_each_finds_what_any_includes_its_own_first(self):
        actions = [
            action("-iquote", "external/a~", "-Ibazel-out/x", "-c", "a.cc"),
            action("-Ibazel-out/y", "-Ibazel-out/x", "-c", "b.cc"),
        ]
        a, b = [entry["arguments"][1:] for entry in compile_commands.entries(actions, PLACES)]
        x, y, quote = "-I/cache/execroot/_main/bazel-out/x", "-I/cache/execroot/_main/bazel-out/y", ["-iquote", "/cache/external/a~"]
        self.assertEqual(a, [*quote, x, "-c", "/home/me/someos/a.cc", y])
        self.assertEqual(b, [y, x, "-c", "/home/me/someos/b.cc", *quote])

    def test_no_entry_for_a_header(self):
        self.assertEqual(compile_commands.entries([action("-c", "a.h"), action("-E", "a.cc")], PLACES), [])


if __name__ == "__main__":
    unittest.main()
