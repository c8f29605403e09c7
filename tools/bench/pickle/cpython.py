#!/usr/bin/env python3
"""CPython's pickle on the workloads of //tools/bench/pickle.

  cpython.py dump WORKLOAD         writes a pickle of the workload's value in the default protocol to its standard output
  cpython.py time WORKLOAD BRIEF   prints nanoseconds of processor time: of pickling the value once, of unpickling it once

Like timeit, without collections of garbage, which containers cause. An unpickled value is freed within its time.
"""

import gc
import pickle
import sys
import time


def record(i):
    return {"id": i, "name": "user%d" % i, "email": "user%d@example.com" % i, "score": i * 0.25, "active": i % 2 == 0, "tags": ["new", "eu"]}


def nested(depth):
    if depth == 0:
        return {"kind": "leaf", "count": 12345, "ratio": 0.5}
    return {"child%d" % i: nested(depth - 1) for i in range(8)}


WORKLOADS = {
    "message": lambda: record(7),
    "records": lambda: [record(i) for i in range(1000)],
    "ints": lambda: list(range(1000000)),
    "dicts": lambda: nested(3),
}


def nanoseconds(work, budget):
    """Of one call: the best of the calls that fit into the budget, in groups that a clock can measure."""
    calls = 1
    best = None
    spent = 0
    while best is None or spent < budget:
        start = time.process_time_ns()
        for _ in range(calls):
            work()
        took = time.process_time_ns() - start
        spent += took
        if took < 1000000 and spent < budget:
            calls *= 2
            continue
        each = took / calls
        best = each if best is None else min(best, each)
    return best


def main():
    value = WORKLOADS[sys.argv[2]]()
    if sys.argv[1] == "dump":
        sys.stdout.buffer.write(pickle.dumps(value))
        return
    budget = 1 if sys.argv[3] == "brief" else 100000000
    # What pickle has written has keys that are one object, as a message that was received.
    data = pickle.dumps(value)
    value = pickle.loads(data)
    gc.collect()
    gc.disable()
    print(nanoseconds(lambda: pickle.dumps(value), budget), nanoseconds(lambda: pickle.loads(data), budget))


main()
