#!/usr/bin/env python3
"""Runs all benchmarks one after another, and writes their tables in Markdown, and the plot.

  tools/bench/report.py DIRECTORY [--rounds=N] [--config=CONFIG] [--others=PARTS] [--filter=REGEX]

DIRECTORY gets report.md and scaling.svg. The head of the report says when and where it was made, and how loaded the
machine was. PARTS is what tools/bootstrap/part.sh relays prints; without it, haproxy and nginx are left out. REGEX is a
--benchmark_filter.
"""

import argparse
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys

import instructions

WORKSPACE = pathlib.Path(__file__).resolve().parent.parent.parent
TARGETS = ("//tools/bench:peers", "//tools/bench:instructions", "//tools/relay/bench", "//tools/bench/threading")
LINE = re.compile(
    r"(?P<workload>.{36}) +(?P<fds>\d+) +(?P<active>\d+) +(?P<writes>\d+)  (?P<backend>\S+) +(?P<contender>.{19}) +"
    r"(?P<ns>[\d.]+) +(?P<ratio>\S+)  "
)


def row_name(found):
    name = f"{found['workload'].strip()}, {int(found['fds']):,} registered"
    if found["workload"].strip() == "pass":
        name = f"{int(found['fds']):,} descriptors, {found['active']} active, {found['writes']} writes"
    return name.replace(", 0 registered", "")


def parse(text):
    """{backend: {row: {contender: (ns, ratio)}}}, all in the order of the program."""
    tables = {}
    for line in text.splitlines():
        found = LINE.match(line)
        if found:
            row = tables.setdefault(found["backend"], {}).setdefault(row_name(found), {})
            row[found["contender"].strip()] = (float(found["ns"]), found["ratio"])
    return tables


def cell(contender, row):
    """Nanoseconds of the raw call and of what has none to compare with, or is far from it; else the ratio to it."""
    if contender not in row:
        return "-"
    ns, ratio = row[contender]
    if contender == "raw" or ratio == "-" or float(ratio) >= 20:
        return f"{ns:,.0f} ns" if ns >= 20 else f"{ns:.1f} ns"
    return f"{float(ratio):.2f}"


def markdown(backend, rows):
    contenders = list(dict.fromkeys(contender for row in rows.values() for contender in row))
    lines = [f"| {backend} | " + " | ".join(contenders) + " |", "|---|" + "--:|" * len(contenders)]
    for name, row in rows.items():
        lines.append(f"| {name} | " + " | ".join(cell(contender, row) for contender in contenders) + " |")
    return "\n".join(lines) + "\n"


def run(*command):
    print("+", *command, file=sys.stderr)
    return subprocess.run(command, cwd=WORKSPACE, stdout=subprocess.PIPE, check=True, text=True).stdout


def built(target):
    directory, _, name = target[2:].partition(":")
    return str(WORKSPACE / "bazel-bin" / directory / (name or directory.rpartition("/")[2]))


def head():
    load = "/".join(f"{average:.1f}" for average in os.getloadavg())
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"{now}, {system}, load {load} on {os.cpu_count()} processors"


def times(options, *flags):
    text = run(built("//tools/bench:peers"), *flags, f"--benchmark_filter={options.filter}",
               f"--benchmark_repetitions={options.rounds}")
    parts = [markdown(backend, rows) for backend, rows in parse(text).items()]
    notes = [line for line in text.splitlines() if not LINE.match(line) and not line.startswith("workload ")]
    return "\n".join(["```", *notes, "```", "", *parts])


def relay(options):
    tables = []
    for clients in (100, 1000):
        command = [built("//tools/relay/bench"), f"--clients={clients}", "--threads=2", f"--rounds={options.rounds}"]
        environment = {
            "RAW_RELAY": built("//tools/relay/bench:raw_relay"),
            "RELAY": built("//tools/relay"),
            "OTHER_RELAY": str(WORKSPACE / "tools/relay/bench/other_relay.sh"),
        }
        os.environ.update(environment)
        if options.others:
            command.append(f"--others={options.others}")
        tables.append(f"{' '.join(command[1:])}\n{run(*command)}")
    return "```\n" + "\n".join(tables) + "```\n"


def instruction_tables():
    table = instructions.measure(built("//tools/bench:instructions"))
    return "\n".join(instructions.tables(table))


def main():
    parser = argparse.ArgumentParser(description="Runs all benchmarks, and writes their tables.")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--config", default="ci", help="of the build")
    parser.add_argument("--others", default="", help="the directory of haproxy and nginx")
    parser.add_argument("--filter", default=".", help="of the benchmarks of calls and mappings")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    run("tools/bazel", "build", f"--config={options.config}", *TARGETS)
    sections = [
        ("Before", head),
        ("Times", lambda: times(options, f"--svg={options.directory.resolve() / 'scaling.svg'}")),
        ("Times in a program with threads", lambda: times(options, "--with-thread")),
        ("Relay", lambda: relay(options)),
        ("Locks and waits", lambda: "```\n" + run(built("//tools/bench/threading")) + "```\n"),
        ("Instructions", instruction_tables),
        ("After", head),
    ]
    with (options.directory / "report.md").open("w", encoding="utf-8") as report:
        for title, contents in sections:
            report.write(f"## {title}\n\n{contents()}\n\n")
            report.flush()


if __name__ == "__main__":
    main()
