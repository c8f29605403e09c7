"""Uses every type of SyncManager and prints what happens, to be compared between servers.

exercise.py own: against this interpreter's own server. exercise.py PORT KEY: against another one on loopback.
"""

from __future__ import print_function

import gc
import sys
import threading
from multiprocessing.managers import SyncManager

PYTHON3 = sys.version_info[0] > 2


def plain(value):
    """Text that does not tell str from unicode, nor list from a view of a dict."""
    if isinstance(value, (list, tuple)):
        inner = ", ".join(plain(item) for item in value)
        return ("[%s]" if isinstance(value, list) else "(%s)") % inner
    if isinstance(value, dict):
        return "{%s}" % ", ".join(sorted(plain(key) + ": " + plain(value[key]) for key in value))
    if not PYTHON3 and isinstance(value, unicode):
        return repr(value)[1:]
    return repr(value).rstrip("L")


def show(name, function, *args, **kwargs):
    try:
        print(name, "=", plain(function(*args, **kwargs)))
    except Exception as error:
        print(name, "raises", type(error).__name__, [plain(arg) for arg in error.args])


def lists(manager):
    items = manager.list([3, 1, 2])
    show("list.append", items.append, "x")
    show("list.len", len, items)
    show("list.get", items.__getitem__, 0)
    show("list.get negative", items.__getitem__, -1)
    show("list.get beyond", items.__getitem__, 9)
    show("list.slice", lambda: items[1:3])
    show("list.slice step", lambda: items[::2])
    show("list.slice negative", lambda: items[-2:])
    show("list.contains", items.__contains__, 1)
    show("list.index", items.index, 2)
    show("list.count", items.count, 1)
    show("list.pop", items.pop)
    show("list.pop 0", items.pop, 0)
    show("list.extend", items.extend, (5, 4))
    show("list.insert", items.insert, 1, 9)
    show("list.sort", items.sort)
    show("list.value", items._getvalue)
    show("list.sort reverse", lambda: items.sort(reverse=True))
    show("list.value", items._getvalue)
    show("list.reverse", items.reverse)
    show("list.remove", items.remove, 9)
    show("list.remove missing", items.remove, 99)
    show("list.add", lambda: items + [7])
    show("list.mul", lambda: items * 2)
    show("list.rmul", lambda: 2 * items)
    show("list.reversed", lambda: items._getvalue()[::-1])
    show("list.setitem", items.__setitem__, 0, b"bytes")
    show("list.setslice", items.__setitem__, slice(1, 2), ["a", "b"])
    show("list.delitem", items.__delitem__, 1)
    show("list.delslice", items.__delitem__, slice(0, 2))
    show("list.set beyond", items.__setitem__, 99, 1)
    show("list.str", str, items)
    items += [1.5, None, True]
    show("list.iadd", items._getvalue)
    items *= 2
    show("list.imul", items._getvalue)
    nested = manager.list([items])
    show("list.nested", lambda: str(nested[0]))
    show("list.big", manager.list([2**31, 2**63, -2**64, 10**40])._getvalue)
    show("list()", manager.list()._getvalue)


def dicts(manager):
    table = manager.dict({"a": 1}, b=2)
    show("dict.get", table.get, "a")
    show("dict.get missing", table.get, "z")
    show("dict.get default", table.get, "z", 5)
    show("dict.getitem missing", table.__getitem__, "z")
    show("dict.setitem", table.__setitem__, (1, 2), [3])
    show("dict.len", len, table)
    show("dict.contains", table.__contains__, "a")
    show("dict.keys", lambda: sorted(table.keys(), key=plain))
    show("dict.values", lambda: sorted(table.values(), key=plain))
    show("dict.items", lambda: sorted(table.items(), key=plain))
    show("dict.copy", table.copy)
    show("dict.pop", table.pop, "a")
    show("dict.pop missing", table.pop, "a")
    show("dict.pop default", table.pop, "a", None)
    show("dict.setdefault", table.setdefault, "c", 4)
    show("dict.update", table.update, {"d": 5})
    show("dict.update pairs", table.update, [("e", 6)])
    show("dict.update keywords", lambda: table.update(f=7))
    show("dict.delitem", table.__delitem__, "d")
    show("dict.delitem missing", table.__delitem__, "d")
    show("dict.iter", lambda: sorted([key for key in table], key=plain))
    show("dict.str", lambda: len(str(table)) > 10)
    show("dict.clear", table.clear)
    show("dict.popitem empty", table.popitem)
    show("dict.value", table._getvalue)


def queues(manager):
    queue = manager.Queue(2)
    show("queue.put", queue.put, "a")
    show("queue.put keyword", lambda: queue.put(item="b", timeout=1))
    show("queue.full", queue.full)
    show("queue.put full", queue.put, "c", False)
    show("queue.put_nowait full", queue.put_nowait, "c")
    show("queue.qsize", queue.qsize)
    show("queue.get", queue.get)
    show("queue.get timeout", queue.get, True, 1)
    show("queue.empty", queue.empty)
    show("queue.get empty", queue.get, False)
    show("queue.get_nowait empty", queue.get_nowait)
    show("queue.get times out", queue.get, True, 0.01)
    joinable = manager.JoinableQueue()
    joinable.put(1)
    show("queue.get", joinable.get)
    show("queue.task_done", joinable.task_done)
    show("queue.join", joinable.join)
    show("queue.task_done again", joinable.task_done)


def in_thread(function):
    """What the function returns in another thread, which is another owner of locks."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def locks(manager):
    for kind in ("Lock", "RLock"):
        lock = getattr(manager, kind)()
        show(kind + ".acquire", lock.acquire)
        show(kind + ".acquire in thread", in_thread, lambda: lock.acquire(False))
        if kind == "RLock":
            show(kind + ".acquire again", lambda: bool(lock.acquire()))
            show(kind + ".release", lock.release)
        show(kind + ".release", lock.release)
        show(kind + ".acquire in thread", in_thread, lambda: lock.acquire(False))
    semaphore = manager.BoundedSemaphore(2)
    show("semaphore.acquire", semaphore.acquire)
    show("semaphore.acquire", semaphore.acquire)
    show("semaphore.acquire 0", semaphore.acquire, False)
    show("semaphore.release", semaphore.release)
    show("semaphore.release", semaphore.release)
    show("semaphore.release again", semaphore.release)
    show("semaphore", manager.Semaphore(0).acquire, False)
    event = manager.Event()
    show("event.wait", event.wait, 0.01)
    show("event.set", event.set)
    show("event.wait", event.wait, 10)
    show("event.is_set", event.is_set)
    show("event.clear", event.clear)
    show("event.is_set", event.is_set)


def conditions(manager):
    condition = manager.Condition()
    condition.acquire()
    started = threading.Event()

    def notify():
        started.set()
        condition.acquire()  # when the other one waits
        condition.notify()
        condition.release()

    thread = threading.Thread(target=notify)
    thread.start()
    started.wait()
    show("condition.wait", lambda: condition.wait(60) in (True, None))
    thread.join()
    show("condition.wait times out", lambda: condition.wait(0.01) in (False, None))
    show("condition.notify_all", condition.notify_all)
    show("condition.release", condition.release)
    if hasattr(manager, "Barrier"):
        barrier = manager.Barrier(2)
        thread = threading.Thread(target=barrier.wait)
        thread.start()
        show("barrier.wait", lambda: barrier.wait(60) in (0, 1))
        thread.join()
        show("barrier.parties", lambda: barrier.parties)
        show("barrier.n_waiting", lambda: barrier.n_waiting)
        show("barrier.abort", barrier.abort)
        show("barrier.broken", lambda: barrier.broken)
        show("barrier.wait broken", barrier.wait)


def values(manager):
    value = manager.Value("i", 5)
    value.value += 1
    show("value", lambda: value.value)
    show("value.str", str, value)
    array = manager.Array("i", range(5))
    array[0] = 7
    show("array", lambda: array[0])
    show("array.len", len, array)
    show("array.slice", lambda: list(array[1:3]))
    show("array.str", str, array)
    show("array beyond", lambda: array[99])
    space = manager.Namespace(x=1)
    space.y = "text"
    show("namespace", lambda: (space.x, space.y))
    del space.x
    show("namespace.str", str, space)
    show("namespace missing", lambda: space.x)


def errors(manager):
    items = manager.list()
    for name in ("__class__", "no_such_method"):
        try:
            items._callmethod(name)
        except Exception as error:
            print(name, "raises", type(error).__name__)


def references(manager):
    gc.collect()  # proxies in cycles
    number = manager._number_of_objects()
    kept = [manager.list() for _ in range(3)]
    print("objects", manager._number_of_objects() - number)
    del kept
    print("objects", manager._number_of_objects() - number)
    if PYTHON3:  # before, a server gives out copies of what is nested
        outer = manager.list()
        outer.append(manager.dict())
        outer[0]["key"] = "nested"
        print("nested", plain(outer[0]["key"]))


def main():
    if sys.argv[1] == "own":
        manager = SyncManager()
        manager.start()
    else:
        manager = SyncManager(("127.0.0.1", int(sys.argv[1])), sys.argv[2].encode("ascii"))
        # Nested proxies come with the key of the process.
        from multiprocessing import current_process
        current_process().authkey = sys.argv[2].encode("ascii")
        manager.connect()
    for part in (lists, dicts, queues, locks, conditions, values, errors, references):
        part(manager)


if __name__ == "__main__":
    main()
