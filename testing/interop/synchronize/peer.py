"""What Python does with locks, for synchronize_interop_test. Called with a command and its arguments.

A lock is its kind, greatest value and name, as in the pickles that Python's processes send each other.
"""

import multiprocessing
import os
import sys
import time
from multiprocessing import heap, synchronize

try:
    from multiprocessing import resource_tracker as tracker
except ImportError:
    from multiprocessing import semaphore_tracker as tracker


def leave(*locks):
    """Ends this process; the names stay."""
    for lock in locks:
        if sys.version_info >= (3, 8):
            tracker.unregister(lock._semlock.name, "semaphore")
        else:
            tracker.unregister(lock._semlock.name)
    sys.stdout.flush()
    os._exit(0)


def opened(cls, text):
    kind, maxvalue, name = text.split(",")
    lock = cls.__new__(cls)
    lock.__setstate__((0, int(kind), int(maxvalue), name))
    return lock


def text(lock):
    return "%d,%d,%s" % (lock._semlock.kind, lock._semlock.maxvalue, lock._semlock.name)


def make():
    context = multiprocessing.get_context("spawn")
    lock = context.Lock()
    semaphore = context.BoundedSemaphore(3)
    lock.acquire()
    semaphore.acquire()
    print(text(lock))
    print(text(semaphore))
    leave(lock, semaphore)


def take(state):
    lock = opened(synchronize.Lock, state)
    print(lock.acquire(False))


def give(state):
    opened(synchronize.Lock, state).release()


def opened_condition(lock_class, lock, sleeping, woken, waiting):
    condition = synchronize.Condition.__new__(synchronize.Condition)
    condition.__setstate__((
        opened(lock_class, lock),
        opened(synchronize.Semaphore, sleeping),
        opened(synchronize.Semaphore, woken),
        opened(synchronize.Semaphore, waiting),
    ))
    return condition


def wait(state):
    """Of an event: answers that it waits, and then that it was set."""
    lock, sleeping, woken, waiting, flag = state.split(":")
    event = synchronize.Event.__new__(synchronize.Event)
    event._cond = opened_condition(synchronize.Lock, lock, sleeping, woken, waiting)
    event._flag = opened(synchronize.Semaphore, flag)
    print(event.is_set())
    print(event.wait(100))
    event.clear()


def meet(state):
    """Passes a barrier of two some times, and breaks it."""
    path, lock, sleeping, woken, waiting = state.split(":")
    descriptor = os.open(path, os.O_RDWR)
    size = os.fstat(descriptor).st_size
    memory = heap.BufferWrapper.__new__(heap.BufferWrapper)
    memory._state = ((heap.Arena(size, descriptor), 0, size), size)
    condition = opened_condition(synchronize.RLock, lock, sleeping, woken, waiting)
    barrier = synchronize.Barrier.__new__(synchronize.Barrier)
    barrier.__setstate__((2, None, None, condition, memory))
    print({barrier.wait() for _ in range(100)} <= {0, 1})
    while barrier.n_waiting == 0:  # the other one has not left the last round yet, or not come again
        time.sleep(0.001)
    barrier.abort()


globals()[sys.argv[1]](*sys.argv[2:])
