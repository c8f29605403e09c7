"""Tests of build.py, with a compiler and a linker that are scripts, and so are their programs."""

import json
import pathlib
import tempfile
import unittest

from build import Build, CompilerError
from commands import Commands
from sample import Mutation

# cc FLAGS: writes the source's lines without those that begin with a '#', and the first header that it finds.
COMPILER = r"""#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -iquote) overlay=$2 ;;
    -c) source=$2 ;;
    -o) output=$2 ;;
  esac
  shift
done
grep -q error "$source" && exit 1
header=$overlay/someos/api/a.h
[ -f "$header" ] || header=api/a.h
grep -hv '^#' "$source" "$header" > "$output"
exit 0
"""
# ld @PARAMETERS: joins what is named after the output.
LINKER = '#!/bin/sh\nset -- $(cat "${1#@}")\nprogram=$2\nshift 2\n(echo "#!/bin/sh"; cat "$@") > "$program"\nchmod +x "$program"\n'
A = ["./cc", "-MF", "out/a.d", "-c", "api/a.cc", "-o", "out/a.o"]
OTHER = ["./cc", "-MF", "out/other.d", "-c", "api/other.cc", "-o", "out/other.o"]
FILES = {"cc": COMPILER, "ld": LINKER, "api/a.h": "exit 0\n", "api/a.cc": "#!note\necho $TEST_TMPDIR $VARIABLE $1\n", "api/other.cc": ":\n"}


def link(identity, name, *objects):
    return {"targetId": identity, "mnemonic": "CppLink", "arguments": ["./ld", "@p"], "paramFiles": [{"arguments": ["-o", f"out/{name}", *objects]}]}


ACTIONS = {
    "targets": [{"id": 1, "label": "//api:a"}, {"id": 2, "label": "//api:a_test"}, {"id": 3, "label": "//api:other_test"}],
    "actions": [
        {"targetId": 1, "mnemonic": "CppCompile", "arguments": A},
        {"targetId": 1, "mnemonic": "CppCompile", "arguments": OTHER},
        link(2, "a_test", "out/a.o"),
        link(3, "other_test", "out/other.o"),
        {"targetId": 2, "mnemonic": "TestRunner", "arguments": ["setup.sh", "api/a_test", "argument"]},
        {"targetId": 3, "mnemonic": "TestRunner", "arguments": ["setup.sh", "api/other_test"]},
    ],
}


def replacing(file, old, new):
    text = FILES[file]
    return Mutation(file, 1, text, "operator", "name", text.index(old), text.index(old) + len(old), new)


class BuildTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name, "root")
        for name, text in FILES.items():
            self.write(name, text).chmod(0o755)
        # As Bazel has built them.
        for name, sources in {"a": ["api/a.cc", "api/a.h"], "other": ["api/other.cc", "api/a.h"]}.items():
            text = "".join(line + "\n" for source in sources for line in FILES[source].splitlines() if not line.startswith("#"))
            self.write(f"out/{name}.o", text)
            self.write(f"out/{name}_test", "#!/bin/sh\n" + text).chmod(0o755)
            (self.root / f"out/{name}_test.runfiles/_main").mkdir(parents=True)
        self.build = Build(self.root, pathlib.Path(directory.name, "work"), Commands(json.dumps(ACTIONS), {"//api:a_test": {"VARIABLE": "value"}}))

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
        return path

    def plant(self, file, old, new, compiled_with):
        self.build.plant(replacing(file, old, new), FILES[file], compiled_with)

    def test_without_a_mutation_the_program_is_bazels(self):
        result = self.build.run("//api:a_test", self.build.original("//api:a_test"), 60)
        self.assertTrue(result.passed())
        self.assertRegex(result.output, "/temporary value argument$")

    def test_a_source_with_a_mutation(self):
        self.plant("api/a.cc", "echo", "false; exit 3; echo", {"api/a.cc"})
        program = self.build.mutated("//api:a_test")
        self.assertEqual(self.build.run("//api:a_test", program, 60).code, 3)
        self.assertEqual((self.root / "api/a.cc").read_text(), FILES["api/a.cc"])
        self.assertTrue(self.build.run("//api:a_test", self.build.original("//api:a_test"), 60).passed())

    def test_a_header_with_a_mutation(self):
        self.plant("api/a.h", "0", "4", {"api/a.h", "api/a.cc", "api/other.cc"})
        for test in ("//api:a_test", "//api:other_test"):
            self.assertEqual(self.build.run(test, self.build.mutated(test), 60).code, 4)

    def test_the_next_mutation_replaces_the_one_before(self):
        self.plant("api/a.h", "0", "4", {"api/a.h", "api/a.cc"})
        self.build.mutated("//api:a_test")
        self.plant("api/a.cc", "echo", "exit 5; echo", {"api/a.cc"})
        self.assertEqual(self.build.run("//api:a_test", self.build.mutated("//api:a_test"), 60).code, 5)
        self.assertIsNone(self.build.mutated("//api:other_test"))

    def test_the_same_object_makes_the_same_program(self):
        self.plant("api/a.cc", "note", "remark", {"api/a.cc"})
        self.assertIsNone(self.build.mutated("//api:a_test"))

    def test_what_does_not_compile(self):
        self.plant("api/a.cc", "note", "error", {"api/a.cc"})
        with self.assertRaises(CompilerError):
            self.build.mutated("//api:a_test")

    def test_what_hangs_is_ended_with_all_that_it_has_started(self):
        self.plant("api/a.cc", "echo", "sleep 600 & sleep 600; echo", {"api/a.cc"})
        self.assertTrue(self.build.run("//api:a_test", self.build.mutated("//api:a_test"), 0.2).timed_out())


if __name__ == "__main__":
    unittest.main()
