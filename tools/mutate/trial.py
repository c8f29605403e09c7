"""What becomes of one mutation: which test notices it, if any."""

import pathlib
import re
from typing import NamedTuple

KILLED = "killed"
SURVIVED = "survived"
LISTED = "listed"
NOT_COMPILED = "does not compile"
SAME_PROGRAM = "same program"

# Tests that take longer than this share of the longest one come last.
LONG = 0.25
# A test that fails once may have failed by itself; a mutation that makes a test of these many runs fail is noticed.
RUNS = 3
FAILED_CASE = re.compile(r"^\[  FAILED  \] (\S+?\.\S+?)(?:,| \(|$)", re.MULTILINE)


class Outcome(NamedTuple):
    kind: str
    by: str = ""  # the test that noticed it


def stages(file, tests, seconds):
    """The tests of a file in the order in which they are run: the nearest first, and those for which least has to be built;
    those that take long last. In groups, each twice as large as the one before: most mutations are killed by one of the first.

    `tests` says of each how many targets have to be built anew for it, `seconds` how long it takes without a mutation.
    """
    folder, _, name = file.rpartition("/")
    package, stem = f"//{folder}:", name.rpartition(".")[0]
    most = LONG * max(seconds.values(), default=0)

    def distance(test):
        if test.startswith(f"{package}{stem}_"):
            return 0
        if test.startswith(package):
            return 1
        if seconds.get(test, 0) > most:
            return 4
        return 2 if test.startswith(("//api", "//backends")) else 3

    left = sorted(tests, key=lambda test: (distance(test), tests[test], test))
    groups = []
    while left:
        size = 1 << len(groups)
        groups.append(left[:size])
        left = left[size:]
    return groups


def outcome(bazel, groups):
    """Runs the groups of tests until one of them fails. The mutation has been planted."""
    cached = True
    for tests in groups:
        for _ in range(RUNS):
            run = bazel.test(tests)
            if not run.built:
                return Outcome(NOT_COMPILED)
            cached = cached and all(result.cached for result in run.results.values())
            if not run.failed():
                break
            test = run.failed()[0]
            result = run.results[test]
            if result.status == "TIMEOUT":
                return Outcome(KILLED, f"{test} (timeout)")
            if bazel.test([test]).failed():
                return Outcome(KILLED, _named(test, result.log))
        else:
            return Outcome(KILLED, f"{test} (not always)")
    return Outcome(SAME_PROGRAM if groups and cached else SURVIVED)


def _named(test, log):
    """The test with the case in it that failed first, if its log names one."""
    try:
        cases = FAILED_CASE.findall(pathlib.Path(log).read_text(errors="replace"))
    except OSError:
        cases = []
    return f"{test} {cases[0]}" if cases else test
