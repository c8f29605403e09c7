#!/usr/bin/env python3
"""Runs the functions of kernels.py under Pool and ProcessPoolExecutor, in Python's own workers and in a worker in C++.

    demo.py [--quick] [--processes N] WORKER

WORKER is the program that tools/bazel build //tools/worker has made. Prints the best of some runs of each, which take
turns, and compares the results.
"""

import argparse
import concurrent.futures
import contextlib
import multiprocessing
import os
import random
import sys
import tempfile
import time

import kernels

KIB = 1024


def write_files(directory, scale):
    """A file of random bytes and a table; their paths."""
    source = random.Random(1)
    data = os.path.join(directory, "data")
    with open(data, "wb") as file:
        for _ in range(64 * scale):
            file.write(source.getrandbits(8 * 64 * KIB).to_bytes(64 * KIB, "little"))
    table = os.path.join(directory, "table.csv")
    with open(table, "w") as file:
        file.write("key,value,note\n")
        for i in range(5000 * scale):
            file.write("%d,%.3f,%s\n" % (i, source.random(), source.choice(["", "text", "1e3"])))
    return data, table


def workloads(data, table, scale):
    """Names, functions, the arguments of each call, and how many calls make a chunk."""
    part = 256 * KIB
    size = 64 * KIB * 64 * scale
    kib = os.urandom(KIB)
    return [
        ("an empty function, one by one", kernels.nothing, [(i,) for i in range(1000 * scale)], 1),
        ("sha256 of 1 KiB", kernels.sha256, [(kib,)] * (2000 * scale), 200),
        ("sha256 of each KiB of a file", kernels.sha256_parts,
         [(data, at, at + part, KIB) for at in range(0, size, part)], 1),
        ("sha256 of a file", kernels.sha256_file, [(data,)] * 8, 1),
        ("counting primes", kernels.count_primes,
         [(at, at + 1000) for at in range(0, 8000 * scale, 1000)], 1),
        ("statistics of a table", kernels.column_statistics, [(table,)] * 8, 1),
    ]


@contextlib.contextmanager
def pool(executable, processes):
    """A Pool's starmap."""
    context = multiprocessing.get_context("spawn")
    context.set_executable(executable)
    with context.Pool(processes) as workers:
        yield workers.starmap
        workers.close()
        workers.join()


@contextlib.contextmanager
def executor(executable, processes):
    """The same of a ProcessPoolExecutor, which starts its workers with the first call."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, mp_context=context) as workers:

        def starmap(function, arguments, chunk):
            context.set_executable(executable)
            return list(workers.map(function, *zip(*arguments), chunksize=chunk))

        yield starmap


def timed(starmap, function, arguments, chunk):
    begin = time.perf_counter()
    result = starmap(function, arguments, chunk)
    return time.perf_counter() - begin, result


def compare(name, kind, options, files):
    """Prints a table of times; the number of results that differ."""
    print("%-32s %10s %10s" % (name, "Python", "C++"))
    different = 0
    with kind(sys.executable, options.processes) as python, kind(options.worker, options.processes) as cpp:
        for starmap in (python, cpp):
            starmap(kernels.nothing, [(None,)] * 100, 1)
        for what, function, arguments, chunk in workloads(*files, scale=options.scale):
            pairs = [(timed(python, function, arguments, chunk), timed(cpp, function, arguments, chunk))
                     for _ in range(options.runs)]
            slow, fast = (min(run[side][0] for run in pairs) for side in (0, 1))
            print("%-32s %7.1f ms %7.1f ms %6.2f times as fast" % (what, slow * 1e3, fast * 1e3, slow / fast))
            different += any(a[1] != b[1] for a, b in pairs)
    print("results: %s\n" % ("DIFFERENT" if different else "the same"))
    return different


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worker", metavar="WORKER")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--quick", action="store_true", help="little work, once")
    options = parser.parse_args()
    options.worker = os.path.abspath(options.worker)
    options.scale, options.runs = (1, 1) if options.quick else (10, 5)
    # Where the worker cannot find out who its parent is, as on macOS.
    os.environ.setdefault("SOMEOS_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as directory:
        files = write_files(directory, options.scale)
        different = compare("multiprocessing.Pool", pool, options, files)
        if sys.version_info >= (3, 7):
            different += compare("ProcessPoolExecutor", executor, options, files)
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
