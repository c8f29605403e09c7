"""The tests that every backend of threads has."""

load("//platforms:cc.bzl", "someos_cc_test")

def threading_tests(backend):
    """Declares the tests of //backends/thread_<backend>, from the files that are named after it:

      <backend>_conformance_test  the contract (//testing/threading/conformance.h)

    Args:
      backend: its name, without "thread_".
    """
    someos_cc_test(
        name = backend + "_conformance_test",
        srcs = [backend + "_conformance_test.cc"],
        tags = ["threads"],
        deps = [
            ":thread_" + backend,
            "//testing/threading:conformance",
        ],
    )
