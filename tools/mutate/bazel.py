"""Bazel commands, and what the tests of one did, each by its label."""

import json
import pathlib
import signal
import subprocess
import tempfile
import time
from typing import NamedTuple

BUILD_FAILED = 1
TESTS_FAILED = 3


class TimeOver(Exception):
    """The commands of a Bazel have taken longer than they may."""


class Result(NamedTuple):
    status: str  # "PASSED", "FAILED", "TIMEOUT", ...
    cached: bool  # because the program is the same as in an earlier run
    seconds: float
    log: str  # a file

    def passed(self):
        return self.status == "PASSED"


class Run(NamedTuple):
    built: bool
    results: dict  # {label: Result}
    output: str

    def failed(self):
        return [label for label, result in self.results.items() if not result.passed()]


class Bazel:
    def __init__(self, workspace, startup=(), options=()):
        self._workspace = workspace
        self._startup = startup
        self._options = options
        self._deadline = None

    def limit(self, seconds):
        """From now on, commands raise TimeOver when so much time has passed. None: they take what they need."""
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def print(self, command, *arguments):
        """What a command prints."""
        run = self._call(command, *arguments, stderr=subprocess.PIPE)
        if run.returncode != 0:
            raise RuntimeError(f"bazel {command}: exit code {run.returncode}\n{run.stderr}")
        return run.stdout

    def test(self, targets, *arguments):
        """Builds and runs tests; stops at the first that fails, unless the arguments say otherwise."""
        with tempfile.NamedTemporaryFile(suffix=".json") as events:
            run = self._call(
                "test",
                *self._options,
                f"--build_event_json_file={events.name}",
                "--flaky_test_attempts=1",
                "--noshow_progress",
                "--notest_keep_going",
                "--skip_incompatible_explicit_targets",
                "--test_output=errors",
                *arguments,
                "--",
                *sorted(targets),
                stderr=subprocess.STDOUT,
            )
            if run.returncode not in (0, BUILD_FAILED, TESTS_FAILED):
                raise RuntimeError(f"bazel test: exit code {run.returncode}\n{run.stdout}")
            results = results_of(pathlib.Path(events.name).read_text())
        return Run(run.returncode != BUILD_FAILED, results, run.stdout)

    def _call(self, command, *arguments, stderr):
        call = ["tools/bazel", *self._startup, command, *arguments]
        pipe = subprocess.PIPE
        with subprocess.Popen(call, cwd=self._workspace, stdin=subprocess.DEVNULL, stdout=pipe, stderr=stderr, text=True) as run:
            try:
                left = None if self._deadline is None else max(0, self._deadline - time.monotonic())
                output, errors = run.communicate(timeout=left)
            except BaseException as stopped:
                run.send_signal(signal.SIGINT)  # or its server would go on
                if not isinstance(stopped, subprocess.TimeoutExpired):
                    raise
                run.communicate()
                raise TimeOver from None
        return subprocess.CompletedProcess(call, run.returncode, output, errors)


def results_of(events):
    """{label: Result} by the lines of a --build_event_json_file; one Result for all shards of a test."""
    results = {}
    for line in events.splitlines():
        event = json.loads(line)
        name, result = event.get("id", {}).get("testResult"), event.get("testResult")
        if name and result:
            one = _result(result)
            before = results.get(name["label"], one)
            results[name["label"]] = Result(
                before.status if not before.passed() else one.status,
                before.cached and one.cached,
                max(before.seconds, one.seconds),
                before.log if not before.passed() else one.log,
            )
    return results


def _result(event):
    logs = [output.get("uri", "") for output in event.get("testActionOutput", []) if output.get("name") == "test.log"]
    return Result(
        event.get("status", "NO_STATUS"),
        event.get("cachedLocally", False) or event.get("executionInfo", {}).get("cachedRemotely", False),
        float(event.get("testAttemptDuration", "0s").removesuffix("s")),
        logs[0].removeprefix("file://") if logs else "",
    )
