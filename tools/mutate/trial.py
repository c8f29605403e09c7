"""What becomes of one mutation: which test notices it, if any."""

import pathlib
import re
from typing import NamedTuple

from bazel import TimeOver

KILLED = "killed"
SURVIVED = "survived"
LISTED = "listed"
NOT_COMPILED = "does not compile"
SAME_PROGRAM = "same program"
UNDECIDED = "undecided"

# A test that fails once may have failed by itself; a mutation that makes a test of these many runs fail is noticed.
RUNS = 3
FAILED_CASE = re.compile(r"^\[  FAILED  \] (\S+?\.\S+?)(?:,| \(|$)", re.MULTILINE)


class Outcome(NamedTuple):
    kind: str
    by: str = ""  # the test that noticed it, with its case
    test: str = ""  # its label alone


def stages(file, tests, small):
    """The tests of a file in the order in which they are run: the nearest first, of these the small ones, and those for which
    least has to be built. In groups, each twice as large as the one before: most mutations are killed by one of the first.

    `tests` says of each how many targets have to be built anew for it.
    """
    folder, _, name = file.rpartition("/")
    package, stem = f"//{folder}:", name.rpartition(".")[0]

    def distance(test):
        if test.startswith(f"{package}{stem}_"):
            return 0
        if test.startswith(package):
            return 1
        return 2 if test.startswith(("//api", "//backends")) else 3

    left = sorted(tests, key=lambda test: (distance(test), test not in small, tests[test], test))
    groups = []
    while left:
        size = 1 << len(groups)
        groups.append(left[:size])
        left = left[size:]
    return groups


def outcome(bazel, groups):
    """Runs the groups of tests until one of them fails, or the time of `bazel` is over. The mutation has been planted."""
    try:
        return _outcome(bazel, groups)
    except TimeOver:
        return Outcome(UNDECIDED)


def _outcome(bazel, groups):
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
                return Outcome(KILLED, f"{test} (timeout)", test)
            if bazel.test([test]).failed():
                return Outcome(KILLED, _named(test, result.log), test)
        else:
            return Outcome(KILLED, f"{test} (not always)", test)
    return Outcome(SAME_PROGRAM if groups and cached else SURVIVED)


def _named(test, log):
    """The test with the case in it that failed first, if its log names one."""
    try:
        cases = FAILED_CASE.findall(pathlib.Path(log).read_text(errors="replace"))
    except OSError:
        cases = []
    return f"{test} {cases[0]}" if cases else test
