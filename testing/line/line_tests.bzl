"""The tests that every backend of LineEditor has."""

load("//platforms:cc.bzl", "someos_cc_test")

def line_tests(backend, tags = []):
    """Declares <backend>_conformance_test of //backends/line_<backend>, from the file of that name.

    Args:
      backend: its name, without "line_".
      tags: of the test, besides "threads".
    """
    someos_cc_test(
        name = backend + "_conformance_test",
        srcs = [backend + "_conformance_test.cc"],
        tags = ["threads"] + tags,
        deps = [
            ":line_" + backend,
            "//testing/line:conformance",
        ],
    )
