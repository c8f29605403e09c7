"""Uses the worker in C++ as Python's multiprocessing does: exercise.py WORKER pool|executor|servers.

Prints "ok" at its end.
"""

import functools
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent import futures

import functions


def raised(call, *args):
    """The exception of a call."""
    try:
        call(*args)
    except Exception as error:
        return error
    raise AssertionError("no exception")


def check(condition, *what):
    if not condition:
        raise AssertionError(what)


def check_remote(error, kind, text):
    """That it has the type and text, and says which function of which program it comes from."""
    check(type(error) is kind and text in str(error), error)
    check(worker in str(error.__cause__), error.__cause__)
    check("Traceback (most recent call last)" in str(error.__cause__), error.__cause__)


def failures(call):
    check_remote(raised(call, functions.fail), ValueError, "wrong value")
    check_remote(raised(call, functions.fail, "LookupError"), LookupError, "looked up")
    error = raised(call, functions.fail, "OSError")
    check_remote(error, FileNotFoundError, "open /nowhere")
    check(error.errno == 2, error)
    check("is no text" in str(raised(call, functions.fail, "not UTF-8")))
    thrown = raised(call, functions.fail, "throw")
    check("thrown" in str(thrown) or "wrong value" in str(thrown), thrown)
    check_remote(raised(call, functions.square), TypeError, "square() missing required argument 'x'")
    check_remote(raised(call, functions.square, "text"), TypeError, "expected int, got str")
    check_remote(raised(call, functions.unknown, 1), AttributeError, "has no function functions.unknown")
    check("functions.square" in str(raised(call, functions.unknown, 1)))
    check("UTF-8" in str(raised(call, functions.not_picklable)))
    check(raised(call, len, "abc").__class__ is AttributeError)


def values(call):
    check(call(functions.square, 12) == 144)
    data = [None, True, 2**70, 0.5, "text \u20ac", b"bytes\xff", bytearray(b"x"), (1, [2]), {"k": {3}}, frozenset([4])]
    check(call(functions.echo, *data) == [tuple(data), ()])
    check(call(functions.echo, k=1) == [(), ("k", 1)])
    check(call(functools.partial(functions.echo, 1, k=2), 3) == [(1, 3), ("k", 2)])
    big = b"0123456789" * 1000000
    check(call(functions.echo, big) == [(big,), ()])
    check(call(functions.zeros, 20000000) == bytes(20000000))
    deep = []
    for _ in range(300):
        deep = [deep]
    check(call(functions.echo, deep) == [(deep,), ()])


def numbers():
    for i in range(5):
        yield i
    raise KeyError("from the iterable")


def pool(context):
    with context.Pool(2) as pool:
        call = lambda f, *args, **kwargs: pool.apply(f, args, kwargs)
        values(call)
        failures(call)
        many = range(1000)
        squares = [x * x for x in many]
        check(pool.map(functions.square, many) == squares)
        check(pool.map(functions.square, many, 1) == squares)
        check(pool.starmap(functions.square, [(x,) for x in many]) == squares)
        check(list(pool.imap(functions.square, many)) == squares)
        check(sorted(pool.imap_unordered(functions.square, many, 7)) == squares)
        check_remote(raised(pool.map, functions.fail, ["", "LookupError"]), ValueError, "wrong value")
        error = raised(list, pool.imap(functions.square, numbers()))
        check(type(error) is KeyError and error.args == ("from the iterable",), error)
        cyclic = []
        cyclic.append(cyclic)
        error = raised(call, functions.echo, cyclic)
        check("contain themselves" in str(error), error)
        processes = list(pool._pool)
        pool.close()
        pool.join()
        check([p.exitcode for p in processes] == [0, 0], processes)
    with context.Pool(1, functions.store, (7,), maxtasksperchild=2) as pool:
        ids = [pool.apply(functions.process_id) for _ in range(4)]
        check(len(set(ids)) == 2, ids)
        check(pool.apply(functions.load) == 7)
    with context.Pool(1, functions.fail) as pool:
        check_remote(raised(pool.apply, functions.load), ValueError, "wrong value")
    killed_while_idle(context)


def killed_while_idle(context):
    """Workers that wait for tasks hold no lock, which would stay locked if they were killed. Python's own do."""
    with context.Pool(3) as pool:
        check(sorted(pool.map(functions.square, range(30), 1)) == [x * x for x in range(30)])
        for _ in range(5):
            victim = pool.apply(functions.process_id)
            with pool._outqueue._wlock, pool._inqueue._rlock:
                os.kill(victim, signal.SIGKILL)
            check(pool.map_async(functions.square, [3], 1).get(60) == [9])


def executor(context):
    with futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        call = lambda f, *args, **kwargs: executor.submit(f, *args, **kwargs).result()
        values(call)
        failures(call)
        many = range(200)
        squares = [x * x for x in many]
        check(list(executor.map(functions.square, many)) == squares)
        check(list(executor.map(functions.square, many, chunksize=7)) == squares)
        check_remote(raised(list, executor.map(functions.fail, [""])), ValueError, "wrong value")
        processes = list(executor._processes.values())
    check([p.exitcode for p in processes] == [0] * len(processes), processes)
    with futures.ProcessPoolExecutor(1, context, functions.store, (7,)) as executor:
        check(executor.submit(functions.load).result() == 7)
    with futures.ProcessPoolExecutor(1, context, functions.fail) as executor:
        check(isinstance(raised(executor.submit(functions.load).result), futures.process.BrokenProcessPool))
    with futures.ProcessPoolExecutor(1, context) as executor:
        check(isinstance(raised(executor.submit(functions.die).result), futures.process.BrokenProcessPool))
    if sys.version_info >= (3, 11):
        with futures.ProcessPoolExecutor(1, context, max_tasks_per_child=2) as executor:
            ids = [executor.submit(functions.process_id).result() for _ in range(4)]
            check(len(set(ids)) == 2, ids)


def abandoned(kind):
    """Workers end when their parent is killed: then their standard output, which they inherit, is closed."""
    parent = subprocess.Popen([sys.executable, __file__, worker, kind], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    check(parent.stdout.readline() == b"ready\n")
    parent.kill()
    parent.wait()
    check(parent.stdout.read() == b"")
    parent.stdout.close()


def pool_to_abandon(context):
    with context.Pool(3) as pool:
        pool.map(functions.square, range(30), 1)
        print("ready", flush=True)
        signal.pause()


def executor_to_abandon(context):
    with futures.ProcessPoolExecutor(3, context) as executor:
        list(executor.map(functions.square, range(30)))
        print("ready", flush=True)
        signal.pause()


def is_interpreter(server):
    """Whether a process has become this interpreter; also if the system does not tell."""
    program = "/proc/%d/exe" % server
    give_up = time.time() + 60
    while os.path.exists(program) and time.time() < give_up:
        if os.path.realpath(program) == os.path.realpath(sys.executable):
            return True
        time.sleep(0.01)  # it is still the worker
    return not os.path.exists("/proc/self/exe")


def servers(context):
    """Those that Python starts by the same executable are interpreters nevertheless."""
    if sys.version_info >= (3, 8):
        from multiprocessing.resource_tracker import _resource_tracker as tracker
    else:
        from multiprocessing.semaphore_tracker import _semaphore_tracker as tracker
    tracker.ensure_running()
    check(is_interpreter(tracker._pid))
    forkserver = multiprocessing.get_context("forkserver")
    process = forkserver.Process(target=functions.in_python)
    process.start()
    process.join()
    check(process.exitcode == 5, process)
    refused()
    os.environ["SOMEOS_PYTHON"] = worker
    check(run(["-c", "from multiprocessing.resource_tracker import main;main(3)"])[0] == 1)
    check(run([]) == (3, ""))


def run(arguments, pass_fds=()):
    """The exit code and error output of the worker."""
    process = subprocess.Popen(
        [worker] + arguments, pass_fds=pass_fds, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.communicate()[1].decode()
    return process.returncode, errors


def spawned(*told):
    """The same of a worker that is told this."""
    reader, writer = os.pipe()
    os.write(writer, b"".join(pickle.dumps(value) for value in told))
    os.close(writer)
    line = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=None, pipe_handle=%d)"
    result = run(["-c", line % reader, "--multiprocessing-fork"], [reader])
    os.close(reader)
    return result


def refused():
    """Each refusal is a sentence on standard error."""
    code, errors = spawned({"sys_path": ["/usr/lib/python315.zip"]})
    check(code == 1 and "Python 3.15 speaks with its workers in a way that is unknown here" in errors, code, errors)
    code, errors = spawned({"sys_path": []}, "no process")
    check(code == 1 and "SpawnProcess" in errors, code, errors)
    code, errors = spawned()
    check(code == 1 and "the parent has ended before it said what to do" in errors, code, errors)
    code, errors = run(["-c", "from multiprocessing.spawn import spawn_main; spawn_main(new=1)", "--multiprocessing-fork"])
    check(code == 1 and "this Python starts its workers in a way that is unknown here" in errors, code, errors)


def plain_process(context):
    process = context.Process(target=functions.square, args=(2,))
    process.start()
    process.join()
    check(process.exitcode == 0, process)


if __name__ == "__main__":
    worker, kind = sys.argv[1:]
    context = multiprocessing.get_context("spawn")
    context.set_executable(worker)
    globals()[kind](context)
    if kind in ("pool", "executor"):
        abandoned(kind + "_to_abandon")
        plain_process(context)
    print("ok")
