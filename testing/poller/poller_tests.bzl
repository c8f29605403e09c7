"""The tests that every backend of Poller has."""

load("//platforms:cc.bzl", "someos_cc_library", "someos_cc_test")

def _env(backend):
    # glibc fills the memory that it gives out and takes back, so that what is read beyond the end of
    # a table, or of one that is gone, is not what it should be by chance. libkqueue would not live
    # through that: it reads what it has freed when a queue with filters is closed. What C++ allocates
    # is filled on every backend, by //testing:allocation_counter.
    return {} if backend == "kqueue" else {"MALLOC_PERTURB_": "85"}

def poller_tests(backend, faults_deps = [], fault_srcs = [], fault_deps = [], poller_deps = []):
    """Declares the tests of <backend>_poller, for the package //backends/<backend>.

    From the files that are named after the backend, as these are:

      <backend>_conformance_test  the contract (//testing/poller/conformance.h)
      <backend>_fault_test        system calls that fail (//testing/poller/fault_tests.h), by <backend>_faults
      <backend>_poller_test       what is this backend's own

    Where the backend cannot be built, they are skipped as it is.

    Args:
      backend: its folder, target and prefix.
      faults_deps: further dependencies of <backend>_faults.
      fault_srcs: further sources of <backend>_fault_test.
      fault_deps: further dependencies of <backend>_fault_test.
      poller_deps: further dependencies of <backend>_poller_test.
    """
    someos_cc_test(
        name = backend + "_conformance_test",
        srcs = [backend + "_conformance_test.cc"],
        env = _env(backend),
        tags = ["threads"],
        deps = [
            ":" + backend,
            "//testing/poller:conformance",
        ],
    )
    someos_cc_test(
        name = backend + "_poller_test",
        srcs = [backend + "_poller_test.cc"],
        env = _env(backend),
        deps = [
            ":" + backend,
            "//api:errno_status",
            "//api:poller",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/time",
        ] + poller_deps,
    )
    someos_cc_library(
        name = backend + "_faults",
        testonly = True,
        srcs = [backend + "_faults.cc"],
        hdrs = [backend + "_faults.h"],
        deps = [
            ":" + backend,
            "//api:poller",
            "//testing/faults:fault",
            "//testing/faults:fault_plan",
            "//testing/poller/faults:faulty_backend",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
        ] + faults_deps,
    )
    someos_cc_test(
        name = backend + "_fault_test",
        size = "medium",
        srcs = [backend + "_fault_test.cc"] + fault_srcs,
        env = _env(backend),
        deps = [
            ":" + backend,
            ":" + backend + "_faults",
            "//testing:clocks",
            "//testing:pipe",
            "//testing:status_matchers",
            "//testing:stream_io",
            "//testing/faults:fault_plan",
            "//testing/poller:fault_tests",
            "@abseil-cpp//absl/time",
        ] + fault_deps,
    )
