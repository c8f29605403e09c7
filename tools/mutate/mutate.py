#!/usr/bin/env python3
"""Whether the tests notice small bugs: tools/bazel run //tools/mutate -- --seed=1 --count=150

Plants one small bug at a time in a copy of the library's files, builds and runs the tests that depend on the file, the
nearest --most of them, and says which bugs no test has noticed. README.md beside this file tells more.
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
from build import Build  # noqa: E402
from commands import Commands  # noqa: E402
from conditions import macros_of  # noqa: E402
from includes import Includes  # noqa: E402
from journal import Journal, sources_digest  # noqa: E402
from operators import OPERATORS  # noqa: E402
from trial import LISTED, UNDECIDED, Outcome, Trial, order  # noqa: E402

ROOT = pathlib.Path(".")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Plants small bugs and reports those that no test notices.")
    parser.add_argument("--seed", type=int, default=1, help="which sample is drawn (1)")
    parser.add_argument("--count", type=int, default=150, help="how many mutations (150)")
    parser.add_argument("--file", action="append", default=[], help="only of files with this in their path; may be repeated")
    parser.add_argument("--operator", action="append", choices=sorted(OPERATORS), help="only by this one; may be repeated")
    parser.add_argument("--match", default="", help="only those with this in what --list says of them")
    parser.add_argument("--tests", action="append", help="run only tests whose label begins so; may be repeated")
    parser.add_argument("--most", type=int, default=12, help="run so many tests with a mutation, the nearest (12)")
    parser.add_argument("--list", action="store_true", help="print the sample; run nothing")
    parser.add_argument("--listed", action="store_true", help=f"run those in {left.LEFT} too")
    parser.add_argument("--directory", type=pathlib.Path, help="keep the outcomes there, and go on where the last run there stopped")
    parser.add_argument("--config", action="append", default=[], help="build with this one of .bazelrc; may be repeated")
    parser.add_argument("--limit", type=int, default=1800, help="seconds after which a mutation is left undecided (1800)")
    parser.add_argument("--slowdown", type=float, default=10, help="a test hangs if it takes so many times as long as usual (10)")
    return parser.parse_args()


class Library:
    """The library's files as they are compiled here, and the tests that are made of them."""

    def __init__(self, bazel, arguments):
        self.commands = Commands(bazel.commands(), bazel.environments())
        self._includes = Includes(ROOT, self.commands.compiles)
        self._small = bazel.small()
        self._prefixes, self._most = tuple(arguments.tests or [""]), arguments.most

    def files(self):
        return [file for file in self._includes.files() if sample.is_library(file) and self.tests(file)]

    def compiled_with(self, file):
        return self._includes.compiled_with(file)

    def tests(self, file):
        """The tests to be run with a mutation of the file, in their order."""
        tests = self.commands.tests_with(self.commands.objects(self.compiled_with(file)))
        chosen = {test: count for test, count in tests.items() if test.startswith(self._prefixes)}
        return order(file, chosen, self._small)[: self._most]


def candidates(library, arguments):
    """The mutations that can be drawn: of files that this system compiles for a test."""
    mutations = sample.all_mutations(ROOT, library.files(), macros_of(os.uname().sysname))
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


def run_sample(drawn, library, bazel, reasons, arguments):
    """{mutation: its outcome}"""
    outcomes = {m: Outcome(LISTED) for m in drawn if m.key() in reasons and not arguments.listed}
    with working_directory(arguments.directory) as directory:
        journal = Journal(directory / "outcomes", f"{sources_digest(ROOT)} {arguments.config} {arguments.tests} {arguments.most}")
        outcomes.update({m: journal.get(m) for m in drawn if m not in outcomes and journal.get(m)})
        to_run = [m for m in drawn if m not in outcomes]
        if to_run:
            tests = {file: library.tests(file) for file in {m.file for m in to_run}}
            bazel.build(sorted({test for some in tests.values() for test in some}))
            build = Build(bazel.info("execution_root"), directory, library.commands)
            run_all(to_run, tests, library, build, journal, outcomes, arguments)
    return {m: outcomes[m] for m in drawn}


def run_all(to_run, tests, library, build, journal, outcomes, arguments):
    trial = Trial(build, arguments.limit, arguments.slowdown)
    for number, mutation in enumerate(to_run, 1):
        start = time.monotonic()
        original = (ROOT / mutation.file).read_text()
        build.plant(mutation, original, library.compiled_with(mutation.file))
        found = outcomes[mutation] = trial.outcome(tests[mutation.file])
        if found.kind != UNDECIDED:
            journal.add(mutation, found)
        took = f"{found.ran} tests, {time.monotonic() - start:.0f} s"
        print(f"{number}/{len(to_run)} {found.kind} ({took}): {report.described(mutation, original)}", flush=True)
        if found.by:
            print(f"    by {found.by}", flush=True)
    for test in trial.unusable():
        print(f"not run with mutations, as it fails without one: {test}", flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = parse_arguments()
    os.chdir(os.environ.get("BUILD_WORKSPACE_DIRECTORY") or sys.exit("start this with: tools/bazel run //tools/mutate"))
    reasons = left.read(ROOT)
    stale = stale_reasons(reasons)
    bazel = Bazel(ROOT, arguments.config)
    library = Library(bazel, arguments)
    drawn = sample.draw(candidates(library, arguments), arguments.seed, arguments.count)
    if arguments.list:
        print("\n".join(map(listing, drawn)))
        return 0
    outcomes = run_sample(drawn, library, bazel, reasons, arguments)
    print("\nkilled, by operator:", *report.table(outcomes, lambda m: m.operator), sep="\n")
    print("\nkilled, by file:", *report.table(outcomes, lambda m: m.file), sep="\n")
    print(f"\nseed {arguments.seed}: {report.summary(outcomes)}")
    wrong = report.wrong(outcomes, reasons, stale)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
