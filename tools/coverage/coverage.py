#!/usr/bin/env python3
"""Measures how much of the library's code its tests execute: tools/bazel run //tools/coverage

Runs the tests of //api, //backends and //testing with --config=coverage. Prints, for each file of the library, the number
of its lines and how many of them were executed; then the lines that were not, with the reasons from left.txt. Fails if
less than 95 % were executed, if a line that was not has no reason, or if a reason refers to a line that no longer exists.
"""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TESTS = ["//api/...", "//backends/...", "//testing/..."]
LEAST = 95.0
REASONS = "tools/coverage/left.txt"
# The files of the library: without tests and without the files for fault injection.
LIBRARY = re.compile(r"(?:^|/)((?:api|backends)/\w+(?:/\w+)*\.(?:h|cc|inc))$")
NOT_LIBRARY = re.compile(r"_(?:test|faults)\.(?:h|cc)$")


def bazel(command, *args):
    """The output of `bazel command --config=coverage args`."""
    call = ["tools/bazel", command, "--config=coverage", "--noshow_progress", *args]
    return subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout


def run_tests():
    """Runs the tests. Returns the directory of their logs and profiles, and the test programs."""
    subprocess.run(["tools/bazel", "test", "--config=coverage", "--noshow_progress", "--test_summary=terse", *TESTS], check=True)
    query = "tests(set({}))".format(" ".join(TESTS))
    programs = bazel("cquery", query, "--output=files").split()
    root = pathlib.Path(bazel("info", "execution_root").strip())
    return pathlib.Path(bazel("info", "bazel-testlogs").strip()), [root / program for program in programs]


def coverage_of(logs, programs):
    """{file: {line: execution count}}, from LLVM's tools."""
    profiles = [str(path) for path in logs.rglob("*.profraw")]
    if not profiles:
        sys.exit(f"coverage: no profiles below {logs}")
    with tempfile.TemporaryDirectory() as scratch:
        inputs, merged = pathlib.Path(scratch, "inputs"), pathlib.Path(scratch, "profile")
        inputs.write_text("\n".join(profiles))
        subprocess.run(["llvm-profdata", "merge", "-sparse", f"--input-files={inputs}", "-o", str(merged)], check=True)
        objects = [word for program in programs[1:] for word in ("-object", str(program))]
        export = ["llvm-cov", "export", "-format=lcov", "-skip-functions", f"-instr-profile={merged}", str(programs[0])]
        lcov = subprocess.run(export + objects, check=True, stdout=subprocess.PIPE, text=True).stdout
    return parse(lcov)


def parse(lcov):
    files = collections.defaultdict(dict)
    lines, source = None, []
    for record in lcov.splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            # A header appears below a directory of each target that has it.
            name = LIBRARY.search(value.rpartition("/someos/")[2])
            ours = name and not NOT_LIBRARY.search(value) and pathlib.Path(name[1]).exists()  # not a generated file
            lines = files[name[1]] if ours else None
            source = pathlib.Path(name[1]).read_text().splitlines() if ours else []
        elif kind == "DA" and lines is not None:
            number, count = map(int, value.split(",")[:2])
            if not source[number - 1].startswith("#"):
                lines[number] = max(lines.get(number, 0), count)
    return files


def groups_left(lines):
    """The first and last lines of each group of consecutive lines that were not executed."""
    groups = []
    previous_left = False
    for number in sorted(lines):
        left = lines[number] == 0
        if left and previous_left:
            groups[-1][1] = number
        elif left:
            groups.append([number, number])
        previous_left = left
    return groups


def read_reasons():
    """{(file, text of the first line of a group): reason}."""
    reasons = {}
    for line in pathlib.Path(REASONS).read_text().splitlines():
        if line and not line.startswith("#"):
            file, rest = line.split(" | ", 1)
            text, reason = rest.rsplit(" | ", 1)  # a line of C++ may contain " | " as well
            reasons[file, text] = reason
    return reasons


def report(files):
    """Prints the table; returns the percentage."""
    width = max(map(len, files))
    total = run = 0
    for file in sorted(files):
        lines = files[file]
        done = sum(count > 0 for count in lines.values())
        total += len(lines)
        run += done
        print(f"{file:{width}} {done:5} of {len(lines):5} {100 * done / len(lines):6.1f} %")
    print(f"{'total':{width}} {run:5} of {total:5} {100 * run / total:6.1f} %")
    return 100 * run / total


def report_left(files, reasons):
    """Prints the lines that were not executed, with reasons.

    Returns the number of groups without a reason plus the number of reasons whose line no longer exists.
    """
    wrong = 0
    for file in sorted(files):
        source = pathlib.Path(file).read_text().splitlines()
        for first, last in groups_left(files[file]):
            key = (file, source[first - 1].strip())
            wrong += key not in reasons
            lines = f"{first}" if first == last else f"{first}-{last}"
            print(f"{file}:{lines}: {key[1]}\n    {reasons.get(key, 'NO REASON in ' + REASONS)}")
    for file, text in reasons:
        # Whether the line was executed does not matter here: some are executed only in some runs, by races of threads.
        if text not in map(str.strip, pathlib.Path(file).read_text().splitlines()):
            print(f"{REASONS}: no such line: {file} | {text}")
            wrong += 1
    return wrong


def main():
    os.chdir(os.environ.get("BUILD_WORKSPACE_DIRECTORY") or sys.exit("start this with: tools/bazel run //tools/coverage"))
    for tool in ("clang", "llvm-cov", "llvm-profdata"):
        if shutil.which(tool) is None:
            sys.exit(f"coverage: there is no {tool} on PATH")
    files = coverage_of(*run_tests())
    percentage = report({file: lines for file, lines in files.items() if lines})
    print("\nnot run:")
    wrong = report_left(files, read_reasons())
    if percentage < LEAST:
        sys.exit(f"coverage: less than {LEAST} %")
    if wrong:
        sys.exit(f"coverage: {REASONS} does not match the run")


if __name__ == "__main__":
    main()
