"""What becomes of one mutation: which test notices it, if any."""

import os
import re
import time
from typing import NamedTuple

from build import CompilerError

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
    ran: int = 0  # how many tests


def order(file, tests, small):
    """The tests of a file in the order in which they are run: the nearest first, of these the small ones, and those for which
    least has to be compiled.

    `tests` says of each how many objects have to be compiled anew for it.
    """
    folder, _, name = file.rpartition("/")
    stem = f"//{folder}:{name.rpartition('.')[0]}_"

    def shared(test):
        """How many folders a file and its test are both in."""
        return len(os.path.commonprefix([folder.split("/"), test[2:].partition(":")[0].split("/")]))

    return sorted(tests, key=lambda test: (not test.startswith(stem), -shared(test), test not in small, tests[test], test))


class Trial:
    """Runs tests with the mutation that is planted in `build`."""

    def __init__(self, build, limit, slowdown, clock=time.monotonic):
        """A mutation is undecided after `limit` seconds. A test hangs if it takes `slowdown` times as long as without a
        mutation, and ten seconds more."""
        self._build, self._limit, self._slowdown, self._clock = build, limit, slowdown, clock
        self._usual = {}  # {test: seconds without a mutation, None if it does not pass then}

    def outcome(self, tests):
        """Runs the tests in this order until one fails."""
        ran, differs, end = 0, False, self._clock() + self._limit
        for test in tests:
            if self._clock() >= end:
                return Outcome(UNDECIDED, ran=ran)
            try:
                program = self._build.mutated(test)
            except CompilerError:
                return Outcome(NOT_COMPILED)
            differs = differs or program is not None
            if program is None or self._seconds(test) is None:
                continue
            ran += 1
            by = self._noticed(test, program)
            if by:
                return Outcome(KILLED, by, test, ran)
        return Outcome(SURVIVED if ran else UNDECIDED if differs else SAME_PROGRAM, ran=ran)

    def _noticed(self, test, program):
        """What the test says of a mutation that makes it fail twice, or always once; "" if it passes."""
        seconds = self._seconds(test) * self._slowdown + 10
        for _ in range(RUNS):
            first = self._build.run(test, program, seconds)
            if first.passed():
                return ""
            if first.timed_out():
                return f"{test} (timeout)"
            if not self._build.run(test, program, seconds).passed():
                return _named(test, first.output)
        return f"{test} (not always)"

    def _seconds(self, test):
        """How long it takes without a mutation, or None if it fails even then. It is run once to know."""
        if test not in self._usual:
            begin = self._clock()
            result = self._build.run(test, self._build.original(test), self._limit)
            self._usual[test] = self._clock() - begin if result.passed() else None
        return self._usual[test]

    def unusable(self):
        """The tests that failed without a mutation, and so were not run with one."""
        return sorted(test for test, seconds in self._usual.items() if seconds is None)


def _named(test, output):
    """The test with the case in it that failed first, if its output names one."""
    case = FAILED_CASE.search(output)
    return f"{test} {case[1]}" if case else test
