"""What CPython needs for a round trip over multiprocessing.Pipe: prints nanoseconds.

cpython_connection.py SIZE: of a message of so many bytes; cpython_connection.py value: of a value.
"""

import os
import sys
import time
from multiprocessing import Pipe

OPERATIONS = 10000

ours, theirs = Pipe()
is_value = sys.argv[1] == "value"
message = (17, "someos", 2.5, [1, 2, 3]) if is_value else b"m" * int(sys.argv[1])

if os.fork() == 0:
    ours.close()
    receive, send = (theirs.recv, theirs.send) if is_value else (theirs.recv_bytes, theirs.send_bytes)
    try:
        while True:
            send(receive())
    except EOFError:
        os._exit(0)

theirs.close()
receive, send = (ours.recv, ours.send) if is_value else (ours.recv_bytes, ours.send_bytes)
start = time.perf_counter()
for _ in range(OPERATIONS):
    send(message)
    receive()
print((time.perf_counter() - start) / OPERATIONS * 1e9)
