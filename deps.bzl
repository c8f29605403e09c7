"""someos: the dependencies, for WORKSPACE. MODULE.bazel has the same for Bzlmod.

A consumer's WORKSPACE declares this repository as `someos`, then

    load("@someos//:deps.bzl", "someos_deps")

    someos_deps()

Repositories that are declared before that call take precedence.
"""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")
load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")
load("//platforms:libkqueue.bzl", "libkqueue_repository")
load("//platforms:line_engines.bzl", "line_engine_repositories")
load("//platforms/toolchains:repositories.bzl", "toolchain_repositories")
load("//testing/interop:interpreters.bzl", "interpreters_repository")
load("//testing/python:pythons.bzl", "pythons_repository")
load("//tools/bench:peers.bzl", "peers_repository")

def someos_deps():
    """Declares the dependencies of the libraries, by their names in the Bazel Central Registry.

    A repository that is declared already stays: an Abseil may be as old as 20230125.3 (tools/abseil/check.sh).
    """
    maybe(
        http_archive,
        name = "abseil-cpp",
        sha256 = "6e1aee535473414164bf83e4ebc40240dec71a4701f8a642d906e95bea1aea0c",
        strip_prefix = "abseil-cpp-20260526.0",
        url = "https://github.com/abseil/abseil-cpp/releases/download/20260526.0/abseil-cpp-20260526.0.tar.gz",
    )
    maybe(
        http_archive,
        name = "bazel_skylib",
        sha256 = "3b5b49006181f5f8ff626ef8ddceaa95e9bb8ad294f7b5d7b11ea9f7ddaf8c59",
        url = "https://github.com/bazelbuild/bazel-skylib/releases/download/1.9.0/bazel-skylib-1.9.0.tar.gz",
    )
    maybe(
        http_archive,
        name = "platforms",
        sha256 = "dbad4a23abcca6171e47b79edc53bd6a41067a3b75f9e8b104656b459ff25046",
        url = "https://github.com/bazelbuild/platforms/releases/download/1.1.0/platforms-1.1.0.tar.gz",
    )

    # The newest rules_cc whose rules a WORKSPACE can use without further declarations;
    # 0.2 needs two more repositories and a call after this one.
    maybe(
        http_archive,
        name = "rules_cc",
        sha256 = "b8b918a85f9144c01f6cfe0f45e4f2838c7413961a8ff23bc0c6cdf8bb07a3b6",
        strip_prefix = "rules_cc-0.1.5",
        url = "https://github.com/bazelbuild/rules_cc/releases/download/0.1.5/rules_cc-0.1.5.tar.gz",
    )

    # The system's libkqueue, for kqueue on Linux; nothing is downloaded.
    maybe(libkqueue_repository, name = "libkqueue")

    # The system's libedit and GNU readline, for builds that choose one of them by name; nothing is downloaded.
    line_engine_repositories()

    # Toolchains for other platforms. Each one is located, or fetched, when a build needs it.
    toolchain_repositories()

def someos_dev_deps():
    """Declares the additional dependencies of this repository's tests and benchmarks."""
    maybe(
        http_archive,
        name = "google_benchmark",
        sha256 = "32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981",
        strip_prefix = "benchmark-1.9.1",
        url = "https://github.com/google/benchmark/archive/refs/tags/v1.9.1.tar.gz",
    )
    maybe(
        http_archive,
        name = "googletest",
        sha256 = "6e3191c1455468b3fc35a417fb565c1c5071aee1b7e7f85e30cf48a98d37d8b5",
        strip_prefix = "googletest-1.18.0",
        url = "https://github.com/google/googletest/releases/download/v1.18.0/googletest-1.18.0.tar.gz",
    )

    # The Pythons of this machine, for //testing/python:select_module.
    maybe(pythons_repository, name = "someos_pythons")

    # All Pythons that run here, for //testing/interop.
    maybe(interpreters_repository, name = "someos_interpreters")

    # The event libraries that are installed on the system, for //tools/bench:peers.
    maybe(peers_repository, name = "someos_peers")
