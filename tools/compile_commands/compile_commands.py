#!/usr/bin/env python3
"""Writes compile_commands.json for clangd and other tools: tools/bazel run //tools/compile_commands

It has the command of each C++ source file of this repository, as Bazel would run it, with the paths that a tool outside of
Bazel needs. What the commands include from elsewhere (Abseil, generated headers) is made, nothing is compiled. Arguments
are flags of the build: tools/bazel run //tools/compile_commands -- --config=kqueue
"""

import json
import os
import pathlib
import subprocess
import sys

OUTPUT = "compile_commands.json"

# Flags of an include path, before it or joined to it.
PATH_FLAGS = ("-I", "-iquote", "-isystem", "-idirafter")
# Flags that are about the outputs, and those of clang's module maps, by which Bazel checks what a target may include; each
# with the number of words after it that belong to it.
DROPPED = {"-MD": 0, "-MF": 1, "-o": 1, "-fmodules-strict-decluse": 0, "-Wprivate-header": 0}
DROPPED_PREFIXES = ("-frandom-seed=", "-fmodule-name=", "-fmodule-map-file=")
# The compiler of tools/bazel's private root, and the flag that it adds (tools/bootstrap/clang).
PRIVATE_CLANG = "/usr/lib/someos/bin/clang"
PRIVATE_SYSROOT = "/usr/lib/someos/sysroot"


class Places:
    """Where a tool outside of Bazel finds what a command names."""

    def __init__(self, workspace, execution_root, output_base, private_root=None):
        self.workspace = workspace
        self.execution_root = execution_root
        self.output_base = output_base
        # Whose /usr the commands see, if it is not the machine's.
        self.private_root = private_root

    def path(self, path):
        if path.startswith("/usr/") and self.private_root:
            return self.private_root + path
        if path.startswith("/"):
            return path
        if path.startswith("external/"):  # the execution root has those of the last build only
            return os.path.join(self.output_base, path)
        if path.startswith("bazel-out/"):
            return os.path.join(self.execution_root, path)
        return os.path.normpath(os.path.join(self.workspace, path))

    def compiler(self, program):
        if program == PRIVATE_CLANG and self.private_root:
            return [self.path(program), "--sysroot=" + self.path(PRIVATE_SYSROOT)]
        return [program]


def for_tools(arguments, places):
    """A command of Bazel's as another tool can use it."""
    result = places.compiler(arguments[0])
    words = iter(arguments[1:])
    for word in words:
        if word in DROPPED:
            for _ in range(DROPPED[word]):
                next(words)
        elif word.startswith(DROPPED_PREFIXES):
            pass
        elif word == "-Xclang":
            option = next(words)
            if option != "-fno-cxx-modules":
                result += [word, option]
        elif word in PATH_FLAGS:
            result += [word, places.path(next(words))]
        elif word == "-c":
            result += [word, places.path(next(words))]
        else:
            flag = next((flag for flag in PATH_FLAGS if word.startswith(flag)), "")
            result.append(flag + places.path(word[len(flag) :]) if flag else word)
    return result


def include_flags(arguments):
    """The include paths of a command, each as (flag, path); flags that are joined to their path have path None."""
    words = iter(arguments)
    for word in words:
        if word in PATH_FLAGS:
            yield word, next(words)
        elif word.startswith(PATH_FLAGS):
            yield word, None


def with_all_includes(commands):
    """Adds the include paths of all commands to each, after its own.

    A header has no command of its own; clangd gives it that of a source file nearby, which may depend on less.
    """
    every = dict.fromkeys(flag for arguments in commands for flag in include_flags(arguments))
    for arguments in commands:
        own = set(include_flags(arguments))
        arguments += [word for flag in every if flag not in own for word in flag if word is not None]


def entries(actions, places):
    """The entries of compile_commands.json: one for each source file, by its first action."""
    result = {}
    for action in actions:
        arguments = action["arguments"]
        if "-c" not in arguments:
            continue
        file = places.path(arguments[arguments.index("-c") + 1])
        if file.endswith((".cc", ".cpp", ".c")) and file not in result:
            result[file] = {
                "directory": places.execution_root,
                "file": file,
                "arguments": for_tools(arguments, places),
            }
    with_all_includes([entry["arguments"] for entry in result.values()])
    return [result[file] for file in sorted(result)]


def bazel(command, *args):
    call = ["tools/bazel", command, "--noshow_progress", *args]
    return subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout


def info(key, flags):
    return bazel("info", *flags, key).strip()


def main():
    workspace = os.environ.get("BUILD_WORKSPACE_DIRECTORY") or sys.exit("start this with: tools/bazel run //tools/compile_commands")
    os.chdir(workspace)
    flags = sys.argv[1:]
    try:
        # All that compiling needs and makes itself: generated headers, and the directories for their include prefix.
        bazel("build", *flags, "--output_groups=compilation_prerequisites_INTERNAL_", "//...")
        actions = json.loads(bazel("aquery", *flags, "--output=jsonproto", 'mnemonic("CppCompile", //...)'))["actions"]
        places = Places(
            workspace,
            info("execution_root", flags),
            info("output_base", flags),
            os.environ.get("SOMEOS_BAZEL_ROOT"),
        )
    except subprocess.CalledProcessError as error:
        sys.exit(f"compile_commands: {' '.join(error.cmd[:2])} failed")
    found = entries(actions, places)
    pathlib.Path(OUTPUT).write_text(json.dumps(found, indent=1) + "\n")
    print(f"{OUTPUT}: {len(found)} files")


if __name__ == "__main__":
    main()
