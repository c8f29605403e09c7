"""Builds and runs tests with a mutation, of which nothing gets into the workspace or what Bazel has built."""

import contextlib
import filecmp
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
from typing import NamedTuple

# What a program with a mutation may allocate: it may do so without end.
MEMORY = 16_000_000_000

# What has the compiler look whether each header is one of a dependency's: in the overlay, it is not.
MODULES = re.compile(r"-fmodule(s-strict-decluse|-name=|-map-file=)")


class CompilerError(Exception):
    """A mutation is none, because it does not compile or a name is missing."""


class Result(NamedTuple):
    code: int | None  # None if it took too long
    output: str

    def passed(self):
        return self.code == 0

    def timed_out(self):
        return self.code is None


class Build:
    def __init__(self, root, directory, commands):
        """`root` is Bazel's execution root, where the tests have been built without a mutation."""
        self._root = pathlib.Path(root)
        self._overlay = pathlib.Path(directory, "overlay")
        self._outputs = pathlib.Path(directory, "outputs")
        self._temporary = pathlib.Path(directory, "temporary")
        self._commands = commands
        self._file, self._affected, self._compiled = "", {}, {}

    def plant(self, mutation, original, compiled_with):
        """From here on, programs are built with the mutation of a file that these files are compiled with."""
        for directory in (self._overlay, self._outputs):
            shutil.rmtree(directory, ignore_errors=True)
        planted = self._overlay / "someos" / mutation.file
        planted.parent.mkdir(parents=True)
        planted.write_text(mutation.applied(original))
        self._file, self._affected, self._compiled = mutation.file, self._commands.objects(compiled_with), {}

    def original(self, test):
        """The program of the test without a mutation."""
        return self._root / self._commands.tests[test].program

    def mutated(self, test):
        """Compiles what is missing and links; returns the program, or None if it is the same as without the mutation."""
        program, compiler, linked, _, _ = self._commands.tests[test]
        objects = {name: self._object(name) for name in linked if name in self._affected}
        if not any(objects.values()):
            return None
        output = self._output(program)
        replaced = {program: output, **{name: changed for name, changed in objects.items() if changed}}
        parameters = self._output(f"{program}.params")
        parameters.write_text("\n".join(str(replaced.get(argument, argument)) for argument in linked))
        self._call([compiler, f"@{parameters}"])
        # (A linker leaves out what nothing uses.)
        return None if filecmp.cmp(output, self.original(test), shallow=False) else output

    def _object(self, name):
        """The object with the mutation, or None if the compiler has made the same of it."""
        if name not in self._compiled:
            compiled = self._output(name)
            self._compile(self._affected[name], compiled)
            self._compiled[name] = compiled if compiled.read_bytes() != (self._root / name).read_bytes() else None
        return self._compiled[name]

    def _compile(self, compile, output):
        planted = self._overlay / "someos" / self._file
        # The overlay is searched first; what the compiler writes about it is what it writes without it.
        call = [compile.arguments[0], "-iquote", str(self._overlay), f"-ffile-prefix-map={self._overlay}/someos/=", *compile.arguments[1:], "-w"]
        call = [argument for argument in call if not MODULES.match(argument)]
        replaced = {compile.object: str(output), compile.source: str(planted) if compile.source == self._file else compile.source}
        call = [replaced.get(argument, argument) for argument in call]
        call[call.index("-MF") + 1] = os.devnull
        self._call(call)

    def _call(self, call):
        if subprocess.run(call, cwd=self._root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            raise CompilerError

    def _output(self, name):
        path = self._outputs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def run(self, test, program, seconds):
        """Runs a program in the place of a test."""
        told = self._commands.tests[test]
        runfiles = (self._root / f"{told.program}.runfiles").resolve()
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir(parents=True)
        environment = {
            "PATH": "/bin:/usr/bin:/usr/local/bin",
            "RUNFILES_DIR": str(runfiles),
            "TEST_SRCDIR": str(runfiles),
            "TEST_TMPDIR": str(self._temporary),
            "TEST_WORKSPACE": "_main",
            **told.environment,
        }
        log = self._output("log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [program.absolute(), *told.arguments],
                cwd=runfiles / "_main",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
            )
            code = _exit_code(process, seconds)
        return Result(code, log.read_text(errors="replace"))


def _exit_code(process, seconds):
    """Of a process that leads a session, of which nothing is left behind; None if it takes longer than these seconds."""
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
