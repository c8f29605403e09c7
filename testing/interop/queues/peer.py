"""What Python does with queues, for queues_interop_test. Called with a class, its state, and how many values to get.

A lock is its kind, greatest value and name, as in the pickles that Python's processes send each other; an end of a pipe is the
path of its descriptor.
"""

import os
import sys
from multiprocessing import queues, synchronize
from multiprocessing.connection import Connection


def opened(cls, text):
    kind, maxvalue, name = text.split(",")
    lock = cls.__new__(cls)
    lock.__setstate__((0, int(kind), int(maxvalue), name))
    return lock


def pipe(reader, writer, rlock, wlock):
    return (
        Connection(os.open(reader, os.O_RDONLY), writable=False),
        Connection(os.open(writer, os.O_WRONLY), readable=False),
        opened(synchronize.Lock, rlock),
        opened(synchronize.Lock, wlock),
    )


def simple(*state):
    queue = queues.SimpleQueue.__new__(queues.SimpleQueue)
    queue.__setstate__(pipe(*state))
    return queue


def queue_state(maxsize, room, *state):
    return (False, int(maxsize)) + pipe(*state) + (opened(synchronize.BoundedSemaphore, room), 1)


def bounded(*state):
    queue = queues.Queue.__new__(queues.Queue)
    queue.__setstate__(queue_state(*state))
    return queue


def joinable(lock, sleeping, woken, waiting, unfinished, *state):
    condition = synchronize.Condition.__new__(synchronize.Condition)
    condition.__setstate__((
        opened(synchronize.RLock, lock),
        opened(synchronize.Semaphore, sleeping),
        opened(synchronize.Semaphore, woken),
        opened(synchronize.Semaphore, waiting),
    ))
    queue = queues.JoinableQueue.__new__(queues.JoinableQueue)
    queue.__setstate__(queue_state(*state) + (condition, opened(synchronize.Semaphore, unfinished)))
    return queue


made = globals()[sys.argv[1]](*sys.argv[2].split(":"))
count = int(sys.argv[3])
got = [made.get() for _ in range(count)]
print(got == [{"number": i, "text": "x" * i} for i in range(count)])
if sys.argv[1] == "joinable":
    for _ in got:
        made.task_done()
for value in got:
    made.put((value["number"], value["text"]))
if sys.argv[1] != "simple":
    made.close()
    made.join_thread()
