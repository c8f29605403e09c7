"""The test that every backend of SharedLock has."""

load("//platforms:cc.bzl", "someos_cc_test")

def lock_tests(backend):
    """Declares <backend>_conformance_test of //backends/lock_<backend>, from the file of this name.

    See //testing/lock/conformance.h. Where the backend cannot be built, it is skipped as that is.

    Args:
      backend: its name, without "lock_".
    """
    someos_cc_test(
        name = backend + "_conformance_test",
        srcs = [backend + "_conformance_test.cc"],
        tags = ["threads"],
        deps = [
            ":lock_" + backend,
            "//testing/lock:conformance",
        ],
    )
