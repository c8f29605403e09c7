"""Prints what this interpreter's pools and their workers send each other: a line "VERSION SUBJECT HEX" for each message.

    for python in python3.6 ... python3.14; do $python record.py; done > messages.txt
"""

import binascii
import functools
import io
import itertools
import multiprocessing
import os
import sys
from concurrent.futures import process as executor
from multiprocessing import context, pool, process, queues, reduction, spawn
from multiprocessing.reduction import ForkingPickler

VERSION = "%d.%d" % sys.version_info[:2]


class Functions(object):
    """Stands for a module of the user's."""


def function(name):
    def made():
        pass

    made.__module__, made.__name__, made.__qualname__ = "functions", name, name
    setattr(Functions, name, staticmethod(made))
    sys.modules["functions"] = Functions
    return made


class Popen(object):
    """Takes the place of the one that starts a process: descriptors get the numbers 10, 11 and so on."""

    def __init__(self):
        self.numbers = itertools.count(10)

    def duplicate_for_child(self, fd):
        return next(self.numbers)

    def DupFd(self, fd):
        return spawn_popen._DupFd(fd)


def show(subject, message):
    print(VERSION, subject, binascii.hexlify(bytes(message)).decode())


def pickled(value):
    return ForkingPickler.dumps(value)


def spawned(target, args):
    """What is written to the pipe of a process that is spawned."""
    child = multiprocessing.get_context("spawn").Process(target=target, args=args, name="Spawned-1")
    stream = io.BytesIO()
    path = sys.path[:]
    sys.path[:] = ["/home", "/usr/lib/python%d%d.zip" % sys.version_info[:2]]
    context.set_spawning_popen(Popen())
    try:
        reduction.dump(spawn.get_preparation_data(child._name), stream)
        reduction.dump(child, stream)
    finally:
        context.set_spawning_popen(None)
        sys.path[:] = path
    return stream.getvalue()


# So that its traceback does not name the path of this file.
exec(compile("""\
def error_of(text):
    try:
        raise ValueError(text)
    except ValueError as error:
        return error
""", "main.py", "exec"))


def messages_of_pool(spawning, f):
    queue = spawning.SimpleQueue()
    results = spawning.SimpleQueue()
    show("pool", spawned(pool.worker, (queue, results, None, (), None, True)))
    show("pool_initializer", spawned(pool.worker, (queue, results, f, (1,), 7, True)))
    show("map", pickled((3, 4, pool.mapstar, ((f, (1, 2)),), {})))
    show("starmap", pickled((3, 4, pool.starmapstar, ((f, ((1, 2), (3, 4))),), {})))
    show("apply", pickled((300, 70000, f, (1,), {"k": 2})))
    show("partial", pickled((3, 4, functools.partial(f, 1, k=2), (3,), {})))
    show("reraise", pickled((3, 4, pool._helper_reraises_exception, (ValueError("text"),), {})))
    error = error_of("text")
    show("value", pickled((3, 4, (True, [5]))))
    show("error", pickled((3, 4, (False, pool.ExceptionWithTraceback(error, error.__traceback__)))))
    show("encoding", pickled((3, 4, (False, pool.MaybeEncodingError("reason", "value")))))


def messages_of_executor(spawning, f):
    calls = executor._SafeQueue.__new__(executor._SafeQueue)
    queues.Queue.__init__(calls, 3, ctx=spawning)
    more = (None,) if sys.version_info >= (3, 11) else ()
    show("executor", spawned(executor._process_worker, (calls, spawning.SimpleQueue(), None, ()) + more))
    chunk = functools.partial(executor._process_chunk, f)
    show("chunk", pickled(executor._CallItem(3, chunk, (((1, 2), (3, 4)),), {})))
    show("call", pickled(executor._CallItem(3, f, (1,), {"k": 2})))
    error = error_of("text")
    show("result", pickled(executor._ResultItem(3, result=[5])))
    wrapped = executor._ExceptionWithTraceback(error, error.__traceback__)
    show("exception", pickled(executor._ResultItem(3, exception=wrapped)))


if __name__ == "__main__":
    from multiprocessing import popen_spawn_posix as spawn_popen

    sys.argv[:] = ["main.py"]
    sys.modules["__main__"].__file__ = "/home/main.py"
    process.ORIGINAL_DIR = "/home"
    os.chdir("/")
    process.current_process().authkey = b"0123456789abcdef" * 2
    spawning = multiprocessing.get_context("spawn")
    messages_of_pool(spawning, function("f"))
    if sys.version_info >= (3, 7):
        messages_of_executor(spawning, function("f"))
