"""run_python_tests.py MODULE TEST: runs Python's own test.TEST with MODULE as its select module.

Exits with 77 and a message if that test is not installed, or cannot run with this build of the module.
"""

import importlib.machinery
import importlib.util
import os
import sys
import tempfile

NOT_HERE = 77


def skip(reason):
    print(reason)
    sys.exit(NOT_HERE)


def load_select(path):
    # It would have to be loaded before Python itself.
    with open(path, "rb") as library:
        code = library.read()
    if any(name in code for name in (b"__asan_init", b"__tsan_init", b"__ubsan_handle")):
        skip("the module was built with a sanitizer, and this Python was not")
    # Before anything imports the module that is built into Python.
    loader = importlib.machinery.ExtensionFileLoader("select", path)
    spec = importlib.util.spec_from_file_location("select", path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    sys.modules["select"] = module
    return module


def main():
    path, name = os.path.abspath(sys.argv[1]), sys.argv[2]
    ours = load_select(path)
    tempfile.tempdir = os.environ.get("TEST_TMPDIR")
    import unittest

    try:
        tests = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    except unittest.SkipTest as reason:
        skip("test.%s: %s" % (name, reason))
    import select
    import selectors

    assert select is ours and selectors.select is ours, "another select module was used"
    missing = [t for t in tests if type(t).__name__ == "_FailedTest"]
    if missing:
        skip("test.%s is not installed (Debian: libpython3-testsuite)" % name)
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
