#!/usr/bin/env python3
"""Whether the tests notice small bugs: tools/bazel run //tools/mutate -- --seed=1 --count=150

Plants one small bug at a time in a copy of the library's files, builds and runs the tests that depend on the file, and
says which bugs no test has noticed. README.md beside this file tells more.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

# This file is called by a link to it, and nothing is to be written beside it.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

import left  # noqa: E402
import report  # noqa: E402
import sample  # noqa: E402
from bazel import Bazel  # noqa: E402
from conditions import macros_of  # noqa: E402
from dependents import Dependents  # noqa: E402
from journal import Journal  # noqa: E402
from operators import OPERATORS  # noqa: E402
from scratch import Scratch  # noqa: E402
from trial import KILLED, LISTED, RUNS, UNDECIDED, Outcome, outcome, stages  # noqa: E402

ROOT = pathlib.Path(".")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Plants small bugs and reports those that no test notices.")
    parser.add_argument("--seed", type=int, default=1, help="which sample is drawn (1)")
    parser.add_argument("--count", type=int, default=150, help="how many mutations (150)")
    parser.add_argument("--file", action="append", default=[], help="only of files with this in their path; may be repeated")
    parser.add_argument("--operator", action="append", choices=sorted(OPERATORS), help="only by this one; may be repeated")
    parser.add_argument("--match", default="", help="only those with this in what --list says of them")
    parser.add_argument("--tests", action="append", help="run only tests whose label begins so; may be repeated")
    parser.add_argument("--list", action="store_true", help="print the sample; run nothing")
    parser.add_argument("--listed", action="store_true", help=f"run those in {left.LEFT} too")
    parser.add_argument("--directory", type=pathlib.Path, help="work there, keep it, and go on where the last run there stopped")
    parser.add_argument("--limit", type=int, default=1800, help="seconds after which a mutation is left undecided (1800)")
    parser.add_argument("--config", action="append", default=[], help="build with this one of .bazelrc; may be repeated")
    parser.add_argument("--cache", type=pathlib.Path, help="begin with what is in this disk cache of Bazel's, on the same file system")
    parser.add_argument("--timeout", type=int, default=300, help="seconds after which a test hangs (300)")
    return parser.parse_args()


def candidates(dependents, arguments):
    """The mutations that can be drawn: of files that this system compiles for a test."""
    files = [file for file in dependents.files() if sample.is_library(file)]
    mutations = sample.all_mutations(ROOT, files, macros_of(os.uname().sysname))
    return [m for m in mutations if wanted(m, arguments)]


def wanted(mutation, arguments):
    if arguments.file and not any(part in mutation.file for part in arguments.file):
        return False
    if arguments.operator and mutation.operator not in arguments.operator:
        return False
    return arguments.match in listing(mutation)


def listing(mutation):
    return f"{mutation.file}:{mutation.line}: {mutation.operator}: {mutation.name}: {mutation.text}"


def stale_reasons(reasons):
    """Of all files and of every system's branches: a reason for one system does not trouble another."""
    files = {file for file, _, _ in reasons if pathlib.Path(file).is_file()}
    return left.stale(reasons, sample.all_mutations(ROOT, files, {}))


@contextlib.contextmanager
def working_directory(kept):
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    directory = pathlib.Path(tempfile.mkdtemp(prefix="someos-mutate-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def bazel_in(scratch, arguments):
    options = [f"--config={config}" for config in arguments.config]
    options += [*scratch.options(), "--run_under=//tools/mutate:bounded", f"--test_timeout={arguments.timeout}"]
    bazel = Bazel(scratch.workspace, scratch.startup, options)
    try:
        yield bazel
    finally:
        bazel.print(*(["shutdown"] if arguments.directory else ["clean", "--expunge"]))


class Sound:
    """The tests that are known to pass without a mutation: each is run before it is believed."""

    def __init__(self, bazel, scratch):
        self._bazel, self._scratch, self._tests = bazel, scratch, set()
        scratch.remember_originals()

    def check(self, tests):
        """Runs those that are not known, or ends if one fails. Nothing is planted."""
        left_over = set(tests) - self._tests
        if not left_over:
            return
        for _ in range(RUNS):
            run = self._bazel.test(left_over, "--test_keep_going")
            if not run.built:
                break
            left_over = set(run.failed())
            if not left_over:
                break
        if left_over:
            sys.exit(f"{run.output}\nmutate: without a mutation, the tests must pass")
        self._tests.update(tests)
        self._scratch.remember_originals()


def run_sample(drawn, dependents, reasons, arguments):
    """{mutation: its outcome}"""
    outcomes = {m: Outcome(LISTED) for m in drawn if m.key() in reasons and not arguments.listed}
    with working_directory(arguments.directory) as directory:
        scratch = Scratch(ROOT, directory)
        if arguments.cache:
            scratch.take_from(arguments.cache)
        journal = Journal(directory / "outcomes", f"{scratch.digest} {arguments.tests}")
        outcomes.update({m: journal.get(m) for m in drawn if m not in outcomes and journal.get(m)})
        to_run = [m for m in drawn if m not in outcomes]
        if to_run:
            with bazel_in(scratch, arguments) as bazel:
                small = dependents.small()
                groups = {m.file: stages(m.file, chosen_tests(dependents, m.file, arguments.tests), small) for m in to_run}
                run_all(to_run, bazel, scratch, groups, journal, outcomes, arguments.limit)
    return {m: outcomes[m] for m in drawn}


def chosen_tests(dependents, file, prefixes):
    return {test: targets for test, targets in dependents.tests(file).items() if test.startswith(tuple(prefixes or [""]))}


def run_all(to_run, bazel, scratch, groups, journal, outcomes, limit):
    sound = Sound(bazel, scratch)
    for number, mutation in enumerate(to_run, 1):
        start = time.monotonic()
        sound.check(groups[mutation.file][0] if groups[mutation.file] else [])
        original = scratch.plant(mutation)
        try:
            bazel.limit(limit)
            found = outcome(bazel, groups[mutation.file])
        finally:
            bazel.limit(None)
            scratch.restore(mutation, original)
        if found.kind == KILLED:
            sound.check([found.test])
        outcomes[mutation] = found
        if found.kind != UNDECIDED:
            journal.add(mutation, found)
        took = f"{time.monotonic() - start:.0f} s"
        print(f"{number}/{len(to_run)} {found.kind} ({took}): {report.described(mutation, original)}", flush=True)
        if found.by:
            print(f"    by {found.by}", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = parse_arguments()
    os.chdir(os.environ.get("BUILD_WORKSPACE_DIRECTORY") or sys.exit("start this with: tools/bazel run //tools/mutate"))
    reasons = left.read(ROOT)
    stale = stale_reasons(reasons)
    dependents = Dependents(Bazel(ROOT))
    drawn = sample.draw(candidates(dependents, arguments), arguments.seed, arguments.count)
    if arguments.list:
        print("\n".join(map(listing, drawn)))
        return 0
    outcomes = run_sample(drawn, dependents, reasons, arguments)
    print("\nkilled, by operator:", *report.table(outcomes, lambda m: m.operator), sep="\n")
    print("\nkilled, by file:", *report.table(outcomes, lambda m: m.file), sep="\n")
    print(f"\nseed {arguments.seed}: {report.summary(outcomes)}")
    wrong = report.wrong(outcomes, reasons, stale)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
