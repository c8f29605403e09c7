"""CPython's side of the benchmark of managers.

cpython_manager.py serve KEY: prints its port and serves. cpython_manager.py call PORT KEY CALLS: prints nanoseconds per call.
"""

from __future__ import print_function

import sys
import time
from multiprocessing.managers import SyncManager


def serve(key):
    server = SyncManager(("127.0.0.1", 0), key.encode("ascii")).get_server()
    print(server.address[1])
    sys.stdout.flush()
    server.serve_forever()


def call(port, key, calls):
    manager = SyncManager(("127.0.0.1", int(port)), key.encode("ascii"))
    manager.connect()
    table = manager.dict({"key": 1})
    table.get("key")  # connects
    clock = getattr(time, "perf_counter", time.time)
    begin = clock()
    for _ in range(int(calls)):
        table.get("key")
    print((clock() - begin) / int(calls) * 1e9)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
