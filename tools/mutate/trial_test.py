"""Tests of trial.py, with a build that says what it is told to."""

import unittest

from build import CompilerError, Result
from trial import KILLED, NOT_COMPILED, SAME_PROGRAM, SURVIVED, UNDECIDED, Trial, order

PASSED = Result(0, "")
FAILED = Result(1, "[  FAILED  ] Case.Name, where ...\n[  FAILED  ] Case.Other\n")
TIMEOUT = Result(None, "")


class Script:
    """Answers each run of a test with a mutation with the next of its results; without one, tests pass or fail as told."""

    def __init__(self, with_mutation, original=None):
        self.calls = []
        self.limits = {}
        self.now = 0.0
        self._results = {test: list(results) for test, results in with_mutation.items()}
        self._original = original or {}

    def original(self, _test):
        return "original"

    def mutated(self, test):
        self.now += 1
        if self._results[test] == [CompilerError]:
            raise CompilerError
        return "mutated" if self._results[test] else None

    def run(self, test, program, seconds):
        self.now += 2
        if program == "original":
            return self._original.get(test, PASSED)
        self.calls.append(test)
        self.limits[test] = seconds
        return self._results[test].pop(0)

    def outcome(self, limit=1000):
        self.trial = Trial(self, limit, slowdown=5, clock=lambda: self.now)
        return self.trial.outcome(list(self._results))


class TrialTest(unittest.TestCase):
    def test_a_test_that_fails_twice_kills(self):
        script = Script({"//a:1": [PASSED], "//a:2": [FAILED, FAILED], "//a:3": [PASSED]})
        self.assertEqual(script.outcome(), (KILLED, "//a:2 Case.Name", "//a:2", 2))
        self.assertEqual(script.calls, ["//a:1", "//a:2", "//a:2"])

    def test_a_test_that_fails_once_does_not(self):
        self.assertEqual(Script({"//a:1": [FAILED, PASSED, PASSED]}).outcome().kind, SURVIVED)

    def test_one_of_whose_runs_all_fail_once_does(self):
        self.assertEqual(Script({"//a:1": [FAILED, PASSED, FAILED, PASSED, FAILED, PASSED]}).outcome().kind, KILLED)

    def test_a_hang_kills_at_once(self):
        script = Script({"//a:1": [TIMEOUT]})
        self.assertEqual(script.outcome().kind, KILLED)
        # It has taken two seconds without the mutation.
        self.assertEqual(script.limits, {"//a:1": 5 * 2 + 10})

    def test_what_does_not_compile_is_no_kill(self):
        self.assertEqual(Script({"//a:1": [CompilerError]}).outcome().kind, NOT_COMPILED)
        self.assertEqual(Script({"//a:1": [PASSED], "//a:2": [CompilerError]}).outcome().kind, NOT_COMPILED)

    def test_the_same_program_is_not_run(self):
        self.assertEqual(Script({"//a:1": [], "//a:2": []}).outcome().kind, SAME_PROGRAM)
        self.assertEqual(Script({"//a:1": [], "//a:2": [PASSED]}).outcome(), (SURVIVED, "", "", 1))

    def test_a_test_that_fails_without_the_mutation_says_nothing(self):
        script = Script({"//a:1": [FAILED, FAILED], "//a:2": [PASSED]}, original={"//a:1": FAILED})
        self.assertEqual(script.outcome(), (SURVIVED, "", "", 1))
        self.assertEqual(script.trial.unusable(), ["//a:1"])
        self.assertEqual(Script({"//a:1": [FAILED, FAILED]}, original={"//a:1": FAILED}).outcome().kind, UNDECIDED)

    def test_what_takes_too_long_is_undecided(self):
        self.assertEqual(Script({"//a:1": [PASSED], "//a:2": [FAILED, FAILED]}).outcome(limit=3).kind, UNDECIDED)


class OrderTest(unittest.TestCase):
    def test_the_nearest_first_and_the_small_before_the_others(self):
        tests = {
            "//api:select_test": 9,
            "//backends/base:deadline_test": 3,
            "//backends/base:owned_fd_test": 2,
            "//backends/base:poll_until_test": 2,
            "//backends/epoll:epoll_test": 5,
            "//testing/poller/soak:soak_test": 9,
            "//tools/relay:relay_test": 4,
        }
        small = set(tests) - {"//testing/poller/soak:soak_test", "//backends/base:owned_fd_test"}
        self.assertEqual(
            order("backends/base/deadline.cc", tests, small),
            [
                "//backends/base:deadline_test",
                "//backends/base:poll_until_test",
                "//backends/base:owned_fd_test",
                "//backends/epoll:epoll_test",
                "//tools/relay:relay_test",
                "//api:select_test",
                "//testing/poller/soak:soak_test",
            ],
        )


if __name__ == "__main__":
    unittest.main()
