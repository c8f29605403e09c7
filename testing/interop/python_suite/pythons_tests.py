"""Runs Python's own tests of multiprocessing, of this interpreter, with our programs at the other end.

  pythons_tests.py managers SERVER      servers of managers are SERVER instead of Python's processes
  pythons_tests.py connection PEER      child processes at the other end of a connection are PEER

Prints a line of how many tests ran, failed and were skipped, and ends with 1 if one failed, with 77 if this interpreter comes
without its tests.
"""

from __future__ import print_function

import binascii
import multiprocessing
import os
import subprocess
import sys
import unittest
from multiprocessing import managers, util

PYTHON3 = sys.version_info[0] > 2

# Tests of what our server does in another way, and why.
LEFT_OUT = {
    "Barrier.test_action": "a server of ours calls no functions that clients send",
    "Containers.test_dict_iter": "an iterator of ours goes over the keys that there were",
}
if not PYTHON3:
    LEFT_OUT.update({
        "Lock.test_lock": "the exception is Python 3's",
        "Condition.test_timeout": "a wait returns False, as in Python 3",
        "Containers.test_list": "what is nested is a proxy, as in Python 3",
    })


class OurProcess(object):
    """A program of ours in the place of a multiprocessing.Process."""

    def __init__(self, command, fds=()):
        keep = {"pass_fds": fds} if PYTHON3 else {}
        self._popen = subprocess.Popen(command, stdout=subprocess.PIPE, **keep)

    pid = ident = property(lambda self: self._popen.pid)
    exitcode = property(lambda self: self._popen.poll())
    name = "ours"

    def first_line(self):
        return self._popen.stdout.readline().strip()

    def is_alive(self):
        return self._popen.poll() is None

    def join(self, timeout=None):
        if not PYTHON3:
            self._popen.wait()
        else:
            try:
                self._popen.wait(timeout)
            except subprocess.TimeoutExpired:
                return
        self._popen.stdout.close()

    def terminate(self):
        self._popen.terminate()

    def kill(self):
        self._popen.kill()


def start(manager, initializer=None, initargs=()):
    """BaseManager.start, with a server of ours."""
    if manager._state.value != managers.State.INITIAL:
        raise getattr(multiprocessing, "ProcessError", AssertionError)("Already started server")
    host, port = manager._address or ("127.0.0.1", 0)
    key = binascii.hexlify(bytes(manager._authkey)).decode("ascii")
    process = OurProcess([ours, "127.0.0.1", str(port), key, manager._serializer])
    line = process.first_line()
    if not line:
        process.join()
        raise OSError(process.exitcode, os.strerror(process.exitcode))
    manager._address = (host, int(line))
    manager._process = process
    manager._state.value = managers.State.STARTED
    arguments = [process, manager._address, manager._authkey, manager._state, manager._Client]
    if hasattr(manager, "_shutdown_timeout"):
        arguments.append(manager._shutdown_timeout)
    manager.shutdown = util.Finalize(manager, type(manager)._finalize_manager, args=arguments, exitpriority=0)


def messages(strings):
    return [binascii.hexlify(string).decode("ascii") for string in strings]


class PeerProcess(object):
    """Starts PEER in a role for a function that the tests run in a child process."""

    def __init__(self, target, args=()):
        name, self.daemon = target.__name__, False
        if name == "_test":
            address = args[0]
            self._fds, self._role = (), ["hello", str(address[1]) if isinstance(address, tuple) else address]
        else:
            fd = args[0].fileno()
            role = {
                "_echo": lambda: ["echo", str(fd)],
                "_writefd": lambda: ["write_descriptor", str(fd), args[1].decode("ascii"), "%d%02d" % sys.version_info[:2]],
                "_child_strings": lambda: ["send", str(fd)] + messages(args[1]),
                "_child_dont_merge": lambda: ["send", str(fd)] + messages([b"a", b"b", b"cd"]),
                "_child_boundaries": lambda: ["poll", str(fd)],
            }.get(name)
            if role is None:
                raise unittest.SkipTest("%s has no role of ours" % name)
            self._fds, self._role = (fd,), role()

    def start(self):
        self._process = OurProcess([ours] + self._role, self._fds)

    def join(self, timeout=None):
        self._process.join(timeout)
        if self._process.exitcode != 0:
            raise AssertionError("%s has ended with %s" % (self._role, self._process.exitcode))

    pid = property(lambda self: self._process.pid)


def load_module():
    if PYTHON3:
        from test import _test_multiprocessing as module
    else:
        from test import test_multiprocessing as module
    return module


def cases_of(module, kind):
    """The classes of tests with that kind of objects, and what has to be called before and after them."""
    if PYTHON3:
        found = {"__name__": "__main__"}
        module.install_tests_in_module_dict(found, "fork")
        cases = [case for name, case in found.items() if name.startswith("With" + kind.capitalize())]
        return cases, found["setUpModule"], found["tearDownModule"]
    return list(getattr(module, "testcases_" + kind).values()), util.get_temp_dir, lambda: None


def run(cases):
    suite = unittest.TestSuite()
    for case in sorted(cases, key=lambda case: case.__name__):
        for test in unittest.defaultTestLoader.loadTestsFromTestCase(case):
            if test.id().rsplit("Test", 1)[1] not in LEFT_OUT:
                suite.addTest(test)
    return unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)


def run_managers(module):
    managers.BaseManager.start = start
    cases, before, after = cases_of(module, "manager")
    left_out = ("Pool", "ZZZNumberOfObjects")  # the latter counts a Pool
    cases = [case for case in cases if not case.__name__.endswith(left_out)]
    before()
    if not PYTHON3:
        module.ManagerMixin.manager.__init__()
        module.ManagerMixin.manager.start()
    result = run(cases)
    if not PYTHON3:
        module.ManagerMixin.manager.shutdown()
    after()
    return result


def run_connection(module):
    cases, before, after = cases_of(module, "processes")
    cases = [case for case in cases if case.__name__.endswith(("TestConnection", "TestListenerClient", "TestPoll"))]
    for case in cases:
        case.Process = PeerProcess
    before()
    result = run(cases)
    after()
    return result


if __name__ == "__main__":
    ours = sys.argv[2]
    try:
        tests = load_module()
    except (ImportError, unittest.SkipTest) as error:
        print("no tests: %s" % error)
        sys.exit(77)
    outcome = {"managers": run_managers, "connection": run_connection}[sys.argv[1]](tests)
    bad = len(outcome.failures) + len(outcome.errors)
    print("%d tests, %d failed, %d skipped" % (outcome.testsRun, bad, len(outcome.skipped)))
    sys.exit(1 if bad or not outcome.testsRun else 0)
