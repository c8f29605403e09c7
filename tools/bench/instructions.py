#!/usr/bin/env python3
"""Counts the user-space instructions of an operation with valgrind's callgrind.

  tools/bench/instructions.py            prints a table of every backend, raw call and peer
  tools/bench/instructions.py --check    compares with instructions.txt; fails if one has grown
  tools/bench/instructions.py --record   writes instructions.txt

Exit code 77: skipped, because there is no valgrind.
"""

import argparse
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WORKSPACE = HERE.parent.parent
BOUNDS = HERE / "instructions.txt"
SKIPPED = 77


def built_program():
    subprocess.run(["tools/bazel", "build", "//tools/bench:instructions"], cwd=WORKSPACE, check=True)
    return WORKSPACE / "bazel-bin/tools/bench/instructions"


def inclusive_costs(profile):
    """The inclusive instructions of each Slot<N>, from the calls in callgrind's profile."""
    costs = {}
    slot = None
    lines = iter(profile.read_text().splitlines())
    for line in lines:
        if line.startswith("cfn="):
            found = re.search(r"Slot<(\d+)\w*>", line)
            slot = int(found[1]) if found else None
        elif line.startswith("calls="):
            cost = int(next(lines).split()[1])
            if slot is not None:
                costs[slot] = costs.get(slot, 0) + cost
    return costs


def measure(program):
    """{(contender, backend): {workload: instructions per operation}}"""
    with tempfile.TemporaryDirectory() as directory:
        profile = pathlib.Path(directory) / "profile"
        options = ["-q", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no"]
        options.append(f"--callgrind-out-file={profile}")
        # Binds all symbols at the start, so that this is not counted.
        environment = dict(os.environ, LD_BIND_NOW="1")
        run = subprocess.run(["valgrind", *options, program], env=environment, stdout=subprocess.PIPE, check=True, text=True)
        costs = inclusive_costs(profile)
    table = {}
    for line in run.stdout.splitlines():
        slot, contender, backend, workload, operations = line.split("\t")
        table.setdefault((contender, backend), {})[workload] = costs[int(slot)] / int(operations)
    return table


def print_table(table):
    workloads = list(next(iter(table.values())))
    print("| |", " | ".join(workloads), "|")
    print("|---|", " | ".join("--:" for _ in workloads), "|")
    for (contender, backend), row in table.items():
        name = contender if contender not in ("raw", "someos") else f"{contender} {backend}"
        print(f"| {name} |", " | ".join(f"{row[workload]:.0f}" for workload in workloads), "|")


def record(table):
    lines = [
        "# The maximum number of user-space instructions per operation: backend, workload, instructions. Written by",
        "# instructions.py --record: the counts with tools/bazel's private compiler, plus 5 % and one.",
    ]
    for (contender, backend), row in table.items():
        if contender == "someos":
            lines += [f"{backend}\t{workload}\t{math.ceil(cost * 1.05 + 1)}" for workload, cost in row.items()]
    BOUNDS.write_text("\n".join(lines) + "\n")


def check(table):
    """Prints the comparison; returns the exit code."""
    grown = 0
    for line in BOUNDS.read_text().splitlines():
        if line.startswith("#"):
            continue
        backend, workload, limit = line.split("\t")
        cost = table[("someos", backend)][workload]
        verdict = "ok" if cost <= int(limit) else "GROWN"
        grown += verdict != "ok"
        print(f"{verdict:6}{backend:8}{workload:24}{cost:8.1f} of at most {limit}")
    return 1 if grown else 0


def main():
    parser = argparse.ArgumentParser(description="Counts instructions per operation.")
    parser.add_argument("--check", action="store_true", help="compare with instructions.txt")
    parser.add_argument("--record", action="store_true", help="write instructions.txt")
    parser.add_argument("--program", type=pathlib.Path, help="a built //tools/bench:instructions")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        print("skipped: there is no valgrind on this machine (Debian: apt-get install valgrind)")
        return SKIPPED
    table = measure(arguments.program or built_program())
    if arguments.record:
        record(table)
    if arguments.check:
        return check(table)
    print_table(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
