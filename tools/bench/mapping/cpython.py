#!/usr/bin/env python3
"""CPython's mmap on the workloads of this directory: nanoseconds of processor time per operation, medians of 9 rounds."""

import mmap
import os
import random
import statistics
import sys
import tempfile
import time

SIZE = 64 << 20
PAGE = 4096
LETTERS = b"etaoin shrdlucmfwypvbgkjqxz\n"


def median(work, operations):
    """The processor time of an operation, of which work() makes so many."""
    rounds = []
    for _ in range(9):
        start = time.thread_time_ns()
        work()
        rounds.append((time.thread_time_ns() - start) / operations)
    return statistics.median(rounds)


def report(workload, nanoseconds):
    print(f"{workload:32}{nanoseconds:12.1f}")


def needle(size):
    return b"zQ" if size < 8 else b"the quick brown fox jumps over the lazy dog"[:size]


def text_file():
    file = tempfile.TemporaryFile()
    table = bytes(LETTERS[i % len(LETTERS)] for i in range(256))
    for _ in range(SIZE >> 20):
        file.write(os.urandom(1 << 20).translate(table))
    file.flush()
    return file


def measure_reads(mapped):
    places = [random.randrange(SIZE // 64) * 64 for _ in range(100_000)]

    def read():
        for place in places:
            mapped[place : place + 64]

    def read_byte():
        for _ in range(100_000):
            mapped[0]

    report("random reads of 64 bytes", median(read, 100_000))
    report("read of a byte", median(read_byte, 100_000))


def measure_searches(mapped):
    for name, search in (("find", mapped.find), ("rfind", mapped.rfind)):
        for size in (2, 8, 16, 43):
            report(f"{name} of {size} bytes", median(lambda: search(needle(size), 0), SIZE // PAGE))


def measure_resize():
    with tempfile.TemporaryFile() as file:
        file.truncate(1 << 20)
        with mmap.mmap(file.fileno(), 0) as mapped:

            def resize():
                for _ in range(1000):
                    mapped.resize((1 << 20) + PAGE)
                    mapped.resize(1 << 20)

            report("resize by a page", median(resize, 2000))


def main():
    print(sys.version)
    with text_file() as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        measure_reads(mapped)
        measure_searches(mapped)
    measure_resize()


main()
