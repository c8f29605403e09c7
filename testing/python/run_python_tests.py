"""run_python_tests.py PATH/MODULE.so TEST: runs Python's own test.TEST with this MODULE instead of Python's.

Exits with 77 and a message if that test is not installed, or cannot run with this build of the module.
"""

import importlib.machinery
import importlib.util
import os
import sys
import tempfile

NOT_HERE = 77

# Tests that do not apply, by the ends of their names, and why.
NOT_APPLICABLE = {
    "MmapTests.test_resize_up_anonymous_mapping": "Python refuses to make shared memory larger on Linux; here it works",
}


def skip(reason):
    print(reason)
    sys.exit(NOT_HERE)


def load(name, path):
    # It would have to be loaded before Python itself.
    with open(path, "rb") as library:
        code = library.read()
    if any(part in code for part in (b"__asan_init", b"__tsan_init", b"__ubsan_handle")):
        skip("the module was built with a sanitizer, and this Python was not")
    # Before anything imports the module that belongs to Python.
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    sys.modules[name] = module
    return module


def importers(name):
    """The modules that have imported this one, and which one they have got."""
    for module in list(sys.modules.values()):
        imported = getattr(module, name, None)
        if isinstance(imported, type(sys)):
            yield module.__name__, imported


def each_test(suite):
    for test in suite:
        if hasattr(test, "__iter__"):
            yield from each_test(test)
        else:
            yield test


def reason_to_leave_out(test):
    for name, reason in NOT_APPLICABLE.items():
        if test.id().endswith("." + name):
            return reason


def main(load=load):
    """`load` returns what stands in the place of Python's module."""
    path, test_name = os.path.abspath(sys.argv[1]), sys.argv[2]
    name = os.path.basename(path).partition(".")[0]
    ours = load(name, path)
    if "TEST_TMPDIR" in os.environ:
        tempfile.tempdir = os.environ["TEST_TMPDIR"]
        os.chdir(tempfile.tempdir)
    import unittest

    try:
        tests = list(each_test(unittest.defaultTestLoader.loadTestsFromName("test." + test_name)))
    except unittest.SkipTest as reason:
        skip("test.%s: %s" % (test_name, reason))
    if any(type(test).__name__ == "_FailedTest" for test in tests):
        skip("test.%s is not installed (Debian: libpython3-testsuite)" % test_name)
    used = dict(importers(ours.__name__))
    assert used and all(module is ours for module in used.values()), used
    for test in filter(reason_to_leave_out, tests):
        print("left out: %s: %s" % (test.id(), reason_to_leave_out(test)))
    suite = unittest.TestSuite(test for test in tests if not reason_to_leave_out(test))
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
