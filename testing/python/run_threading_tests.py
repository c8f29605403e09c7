"""run_threading_tests.py PATH/someos_threading.so lock_tests: runs Python's own test.lock_tests on this module's classes.

Exits with 77 and a message if these tests are not installed, or cannot run with this build of the module.
"""

import importlib
import os
import sys
import types
import unittest

from run_python_tests import each_test, load, skip

# The classes of test.lock_tests, the attribute that each takes its type from, and which of ours that is.
CASES = [
    ("LockTests", "locktype", "Lock"),
    ("RLockTests", "locktype", "RLock"),
    ("RLockTests", "locktype", "Condition"),  # has the functions of its RLock
    ("EventTests", "eventtype", "Event"),
    ("ConditionTests", "condtype", "Condition"),
    ("SemaphoreTests", "semtype", "Semaphore"),
    ("BoundedSemaphoreTests", "semtype", "BoundedSemaphore"),
    ("BarrierTests", "barriertype", "Barrier"),
]

_PRIVATE = "a function or variable of CPython's own, which is not part of the documented module"
_NO_TEXT = "the text is CPython's, and shows what is private there"

# Tests that do not apply, by the ends of their names, and why.
NOT_APPLICABLE = {
    "test_at_fork_reinit": _PRIVATE,
    "test__at_fork_reinit": _PRIVATE,
    "test_reset_internal_locks": _PRIVATE,
    "test__is_owned": _PRIVATE,
    "test_recursion_count": _PRIVATE,
    "test_release_save_unacquired": _PRIVATE,
    "RLockTestsOfCondition.test_repr": _NO_TEXT,
    "RLockTestsOfCondition.test_locked_repr": _NO_TEXT,
    "RLockTestsOfCondition.test_locked": "a Condition has no locked() here, as in CPython before 3.14",
    "SemaphoreTestsOfSemaphore.test_repr": _NO_TEXT,
    "BoundedSemaphoreTestsOfBoundedSemaphore.test_repr": _NO_TEXT,
}


def test_classes(lock_tests, ours):
    # What the tests make themselves is ours as well.
    own = {name: getattr(ours, name) for name in ("Lock", "RLock", "Condition")}
    lock_tests.threading = types.SimpleNamespace(**{**vars(lock_tests.threading), **own})
    lock_tests.start_new_thread = ours.start_new_thread
    for base, attribute, name in CASES:
        members = {attribute: staticmethod(getattr(ours, name)), "__module__": "lock_tests"}
        yield type(base + "Of" + name, (getattr(lock_tests, base),), members)


def reason_to_leave_out(test):
    for name, reason in NOT_APPLICABLE.items():
        if test.id().endswith("." + name):
            return reason


def main():
    ours = load("someos_threading", os.path.abspath(sys.argv[1]))
    try:
        lock_tests = importlib.import_module("test." + sys.argv[2])
    except ImportError as error:
        skip("test.%s is not installed (Debian: libpython3-testsuite): %s" % (sys.argv[2], error))
    suite = unittest.TestSuite()
    for one in test_classes(lock_tests, ours):
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
