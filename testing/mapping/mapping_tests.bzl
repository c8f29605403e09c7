"""The tests that every backend of Mapping has."""

load("//platforms:cc.bzl", "someos_cc_test")

def mapping_tests(backend):
    """Declares the tests of //backends/mapping_<backend>, from the files that are named after it:

      <backend>_conformance_test  the contract (//testing/mapping/conformance.h)
      <backend>_fault_test        system calls that fail (//testing/mapping/fault_tests.h)

    Where the backend cannot be built, they are skipped as it is.

    Args:
      backend: its name, without "mapping_".
    """
    someos_cc_test(
        name = backend + "_conformance_test",
        srcs = [backend + "_conformance_test.cc"],
        tags = ["threads"],
        deps = [
            ":mapping_" + backend,
            "//testing/mapping:conformance",
        ],
    )
    someos_cc_test(
        name = backend + "_fault_test",
        srcs = [backend + "_fault_test.cc"],
        deps = [
            ":mapping_" + backend,
            "//testing/mapping:fault_tests",
        ],
    )
