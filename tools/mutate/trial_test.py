"""Tests of trial.py, with a Bazel that says what it is told to."""

import json
import unittest

from bazel import Result, Run, TimeOver, results_of
from trial import KILLED, NOT_COMPILED, SAME_PROGRAM, SURVIVED, UNDECIDED, outcome, stages

PASSED = Result("PASSED", False, 1.0, "")
CACHED = Result("PASSED", True, 1.0, "")
FAILED = Result("FAILED", False, 1.0, "")
TIMEOUT = Result("TIMEOUT", False, 1.0, "")


class Script:
    """Answers each call with the next of the results, the same for all tests."""

    def __init__(self, *results):
        self.calls = []
        self._results = list(results)

    def test(self, targets):
        self.calls.append(list(targets))
        result = self._results.pop(0)
        if result is TimeOver:
            raise TimeOver
        return Run(result is not None, {target: result for target in targets} if result else {}, "")


class OutcomeTest(unittest.TestCase):
    def test_a_test_that_fails_twice_kills(self):
        bazel = Script(PASSED, FAILED, FAILED)
        self.assertEqual(outcome(bazel, [["//a:1"], ["//a:2"], ["//a:3"]]), (KILLED, "//a:2", "//a:2"))
        self.assertEqual(bazel.calls, [["//a:1"], ["//a:2"], ["//a:2"]])

    def test_a_test_that_fails_once_does_not(self):
        self.assertEqual(outcome(Script(FAILED, PASSED, PASSED), [["//a:1"]]).kind, SURVIVED)

    def test_one_of_whose_runs_all_fail_once_does(self):
        self.assertEqual(outcome(Script(FAILED, PASSED, FAILED, PASSED, FAILED, PASSED), [["//a:1"]]).kind, KILLED)

    def test_a_hang_kills_at_once(self):
        self.assertEqual(outcome(Script(TIMEOUT), [["//a:1"]]).kind, KILLED)

    def test_what_does_not_compile_is_no_kill(self):
        self.assertEqual(outcome(Script(None), [["//a:1"]]).kind, NOT_COMPILED)
        self.assertEqual(outcome(Script(PASSED, None), [["//a:1"], ["//a:2"]]).kind, NOT_COMPILED)

    def test_the_same_program_is_one_with_nothing_to_run(self):
        self.assertEqual(outcome(Script(CACHED, CACHED), [["//a:1"], ["//a:2"]]).kind, SAME_PROGRAM)
        self.assertEqual(outcome(Script(CACHED, PASSED), [["//a:1"], ["//a:2"]]).kind, SURVIVED)

    def test_what_takes_too_long_is_undecided(self):
        self.assertEqual(outcome(Script(PASSED, TimeOver), [["//a:1"], ["//a:2"]]).kind, UNDECIDED)

    def test_without_tests_nothing_is_noticed(self):
        self.assertEqual(outcome(Script(), []).kind, SURVIVED)


class StagesTest(unittest.TestCase):
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
            stages("backends/base/deadline.cc", tests, small),
            [
                ["//backends/base:deadline_test"],
                ["//backends/base:poll_until_test", "//backends/base:owned_fd_test"],
                ["//backends/epoll:epoll_test", "//api:select_test", "//tools/relay:relay_test", "//testing/poller/soak:soak_test"],
            ],
        )


class ResultsTest(unittest.TestCase):
    @staticmethod
    def event(label, status, **more):
        return json.dumps({"id": {"testResult": {"label": label}}, "testResult": {"status": status, **more}})

    def test_a_test_with_its_log(self):
        log = [{"name": "test.xml", "uri": "file:///x"}, {"name": "test.log", "uri": "file:///y"}]
        events = self.event("//a:1", "FAILED", testAttemptDuration="1.5s", testActionOutput=log)
        self.assertEqual(results_of(events), {"//a:1": Result("FAILED", False, 1.5, "/y")})

    def test_cached_here_or_on_disk(self):
        self.assertTrue(results_of(self.event("//a:1", "PASSED", cachedLocally=True))["//a:1"].cached)
        self.assertTrue(results_of(self.event("//a:1", "PASSED", executionInfo={"cachedRemotely": True}))["//a:1"].cached)

    def test_a_test_with_shards_fails_with_one_of_them(self):
        events = "\n".join([self.event("//a:1", "PASSED", cachedLocally=True), self.event("//a:1", "FAILED"), self.event("//a:1", "PASSED")])
        self.assertEqual(results_of(events), {"//a:1": Result("FAILED", False, 0.0, "")})

    def test_other_events_are_none(self):
        self.assertEqual(results_of('{"id":{"started":{}},"started":{}}\n{"id":{"testResult":{"label":"//a:1"}},"aborted":{}}'), {})


if __name__ == "__main__":
    unittest.main()
