#!/usr/bin/env python3
"""What //tools/bench/python_queue measures, of CPython's queues.

cpython.py [ROUNDS [VALUES]]
"""

import multiprocessing
import sys
import time


def put(queue, value, values):
    for _ in range(values):
        queue.put(value)


def microseconds(context, make, value, values):
    queue = make()
    start = time.perf_counter()
    child = context.Process(target=put, args=(queue, value, values))
    child.start()
    for _ in range(values):
        queue.get()
    elapsed = time.perf_counter() - start
    child.join()
    return elapsed / values * 1e6


def main():
    given = [int(word) for word in sys.argv[1:3]]
    rounds, values = given + [10, 20000][len(given):]
    context = multiprocessing.get_context("fork")
    for name, make in ("Queue", context.Queue), ("SimpleQueue", context.SimpleQueue):
        for kind, value in ("int", 12345), ("str", "x" * 64):
            best = min(microseconds(context, make, value, values) for _ in range(rounds))
            print("%-24s %7.2f us" % ("%s, %s" % (name, kind), best))


main()
