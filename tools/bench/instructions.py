#!/usr/bin/env python3
"""Counts the user-space instructions and the system calls of an operation with valgrind's callgrind.

  tools/bench/instructions.py            prints tables of every backend, raw call and peer
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
    """{N: (instructions, system calls)} of each Slot<N>, inclusive, from the calls in callgrind's profile."""
    costs = {}
    slot = None
    lines = iter(profile.read_text().splitlines())
    for line in lines:
        if line.startswith("cfn="):
            found = re.search(r"Slot<(\d+)\w*[,>]", line)
            slot = int(found[1]) if found else None
        elif line.startswith("calls="):
            # "LINE Ir sysCount sysTime"; trailing zeros are left out.
            instructions, calls = (next(lines).split()[1:] + ["0"])[:2]
            if slot is not None:
                before = costs.get(slot, (0, 0))
                costs[slot] = (before[0] + int(instructions), before[1] + int(calls))
    return costs


def measure(program):
    """{(contender, backend): {workload: (instructions, system calls) per operation}}"""
    with tempfile.TemporaryDirectory() as directory:
        profile = pathlib.Path(directory) / "profile"
        options = ["-q", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no", "--collect-systime=yes"]
        options.append(f"--callgrind-out-file={profile}")
        # Binds all symbols at the start, so that this is not counted.
        environment = dict(os.environ, LD_BIND_NOW="1")
        run = subprocess.run(["valgrind", *options, program], env=environment, stdout=subprocess.PIPE, check=True, text=True)
        costs = inclusive_costs(profile)
    table = {}
    for line in run.stdout.splitlines():
        slot, contender, backend, workload, operations = line.split("\t")
        per_operation = tuple(cost / int(operations) for cost in costs[int(slot)])
        table.setdefault((contender, backend), {})[workload] = per_operation
    return table


# The contenders that are this library's, besides the objects of Python's select module.
OURS = ("someos", "variable timeout", "guarded", "guard per 64", "allocating", "Mmap", "guarded Mmap")


def is_ours(contender):
    return contender in OURS or contender.startswith("select::")


def label(contender, backend):
    """Also tells the poll and select of the other libraries, whose normal use is epoll, from that."""
    if contender.startswith("select::"):
        return contender
    normal = contender not in ("raw", "someos") and backend in ("epoll", "mapping")
    return contender if normal else f"{contender} {backend}"


def tables(table):
    """The lines of tables in Markdown: instructions and system calls, of pollers and of mappings."""
    for of_mappings in (False, True):
        rows = {key: row for key, row in table.items() if (key[1] == "mapping") == of_mappings}
        workloads = list(dict.fromkeys(workload for row in rows.values() for workload in row))
        for index, form in enumerate(("{:.0f}", "{:.2f}")):
            yield f"| {('instructions', 'system calls')[index]} | " + " | ".join(workloads) + " |"
            yield "|---|" + " --: |" * len(workloads)
            for key, row in rows.items():
                cells = (form.format(row[workload][index]) if workload in row else "-" for workload in workloads)
                yield f"| {label(*key)} | " + " | ".join(cells) + " |"
            yield ""


def record(table):
    lines = [
        "# The maximum number of user-space instructions and of system calls per operation: contender, workload,",
        "# instructions, system calls. Written by instructions.py --record: the counts with tools/bazel's private",
        "# compiler, plus 5 % and one instruction.",
    ]
    for (contender, backend), row in table.items():
        if not is_ours(contender):
            continue
        for workload, (instructions, calls) in row.items():
            limit = math.ceil(instructions * 1.05 + 1)
            lines.append(f"{label(contender, backend)}\t{workload}\t{limit}\t{calls:.2f}")
    BOUNDS.write_text("\n".join(lines) + "\n")


def check(table):
    """Prints the comparison; returns the exit code."""
    ours = {label(*key): row for key, row in table.items()}
    grown = 0
    for line in BOUNDS.read_text().splitlines():
        if line.startswith("#"):
            continue
        contender, workload, limit, most_calls = line.split("\t")
        instructions, calls = ours[contender][workload]
        ok = instructions <= int(limit) and calls <= float(most_calls) + 0.01
        grown += not ok
        print(
            f"{'ok' if ok else 'GROWN':6}{contender:16}{workload:32}{instructions:8.1f} of at most {limit:5}"
            f"{calls:6.2f} calls of at most {most_calls}"
        )
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
    print("\n".join(tables(table)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
