"""run_threading_tests.py PATH/someos_threading.so TEST: runs Python's own test.TEST on this module's classes.

Exits with 77 and a message if these tests are not installed, or cannot run with this build of the module. The tests of
the dummies, which Python 3.9 removed, are those of the python3.8 or python3.7 on PATH.
"""

import contextlib
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import types
import unittest

from run_python_tests import each_test, load, skip
from threading_names import modules_of
from threading_tests import CLASSES, CLASSES_LEFT_OUT, LOCK_CASES, NOT_APPLICABLE

# What a program of a test begins with, which is to use our threads in an interpreter of its own.
PRELUDE = "import sys\nsys.path.insert(0, %r)\nimport run_threading_tests\nrun_threading_tests.install(%r)\nexec(%r)"


@contextlib.contextmanager
def imported_as(**modules):
    """While it lasts, these modules are imported by these names."""
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def install(path):
    threading, _thread = modules_of(load("someos_threading", path))
    sys.modules.update(threading=threading, _thread=_thread)


def lock_tests(ours):
    try:
        tests = importlib.import_module("test.lock_tests")
    except ImportError as error:
        skip("test.lock_tests is not installed (Debian: libpython3-testsuite): %s" % error)
    # What the tests make themselves is ours as well.
    own = {name: getattr(ours, name) for name in ("Lock", "RLock", "Condition")}
    tests.threading = types.SimpleNamespace(**{**vars(tests.threading), **own})
    tests.start_new_thread = ours.start_new_thread
    for base, attribute, name in LOCK_CASES:
        members = {attribute: staticmethod(getattr(ours, name)), "__module__": "lock_tests"}
        yield type(base + "Of" + name, (getattr(tests, base),), members)


def import_test(name, modules):
    """test.NAME, whose imports get our modules."""
    importlib.import_module("test.support.threading_helper")  # these go on with Python's own
    importlib.import_module("test.support.script_helper")
    importlib.import_module("test.lock_tests")
    importlib.import_module("unittest.mock")
    with imported_as(**modules):
        return importlib.import_module("test." + name)


def in_an_interpreter_of_ours(path, run):
    """`run`, of test.support.script_helper, for programs that are to use our threads."""

    def run_program(*arguments, **named):
        program = PRELUDE % (os.path.dirname(os.path.abspath(__file__)), path, arguments[-1])
        return run(*arguments[:-1], program, **named)

    return run_program


def thread_tests(name, ours, path):
    if sys.version_info[:2] != (3, 11):
        skip("which tests of test.%s apply is written down for Python 3.11" % name)
    threading, _thread = modules_of(ours)
    try:
        tests = import_test(name, {"threading": threading, "_thread": _thread})
    except ImportError as error:
        skip("test.%s is not installed (Debian: libpython3-testsuite): %s" % (name, error))
    for function in ("assert_python_ok", "assert_python_failure"):
        if hasattr(tests, function):
            setattr(tests, function, in_an_interpreter_of_ours(path, getattr(tests, function)))
    return [getattr(tests, one) for one in CLASSES[name]]


def dummy_tests(name, ours):
    threading, _thread = modules_of(ours)
    for python in ("python3.8", "python3.7"):
        described = shutil.which(python) and subprocess.run(
            [python, "-c", "import os, test; print(os.path.join(test.__path__[0], '%s.py'))" % name],
            stdout=subprocess.PIPE,
            text=True,
        )
        path = described.stdout.strip() if described else ""
        if os.path.exists(path):
            break
    else:
        skip("no Python on PATH has test.%s, which 3.9 removed" % name)
    spec = importlib.util.spec_from_file_location(name, path)
    tests = importlib.util.module_from_spec(spec)
    with imported_as(dummy_threading=threading, _dummy_thread=_thread):
        spec.loader.exec_module(tests)
    return [getattr(tests, one) for one in CLASSES[name]]


def reason_to_leave_out(test):
    for name, reason in NOT_APPLICABLE.items():
        if test.id().endswith("." + name):
            return reason


def main():
    path, name = os.path.abspath(sys.argv[1]), sys.argv[2]
    ours = load("someos_threading", path)
    if name == "lock_tests":
        classes = lock_tests(ours)
    elif name.startswith("test_dummy"):
        classes = dummy_tests(name, ours)
    else:
        classes = thread_tests(name, ours, path)
    suite = unittest.TestSuite()
    for one, reason in CLASSES_LEFT_OUT.get(name, {}).items():
        print("left out: %s.%s: %s" % (name, one, reason))
    for one in classes:
        for test in each_test(unittest.defaultTestLoader.loadTestsFromTestCase(one)):
            reason = reason_to_leave_out(test)
            if reason:
                print("left out: %s: %s" % (test.id(), reason))
            else:
                suite.addTest(test)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
