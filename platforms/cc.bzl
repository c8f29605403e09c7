"""The C++ rules of this repository: those of rules_cc with our include paths and warnings.

Every header is included as "someos/<path in this repository>", both here and by consumers.
Warnings are copts of our own targets, so they do not affect consumers.
"""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("@rules_cc//cc:cc_test.bzl", "cc_test")
load(":systems.bzl", "NEEDS_POSIX", "PORTED_TO_WINDOWS")

_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wno-sign-compare",  # in headers of Abseil and GoogleTest, which are not system headers here
]

def _where(target_compatible_with):
    """The target_compatible_with of a target of the package that is being loaded."""
    return target_compatible_with + ([] if native.package_name() in PORTED_TO_WINDOWS else NEEDS_POSIX)

def someos_cc_library(name, copts = [], target_compatible_with = [], **kwargs):
    cc_library(
        name = name,
        copts = _WARNINGS + copts,
        include_prefix = "someos",
        strip_include_prefix = "/",
        target_compatible_with = _where(target_compatible_with),
        **kwargs
    )

def someos_cc_binary(name, copts = [], target_compatible_with = [], **kwargs):
    cc_binary(
        name = name,
        copts = _WARNINGS + copts,
        target_compatible_with = _where(target_compatible_with),
        **kwargs
    )

def someos_cc_test(name, copts = [], deps = [], gtest = True, target_compatible_with = [], **kwargs):
    """A test with GoogleTest and its main() or, if `gtest` is false, with its own main()."""
    cc_test(
        name = name,
        copts = _WARNINGS + copts,
        deps = deps + (["@googletest//:gtest", "@googletest//:gtest_main"] if gtest else []),
        target_compatible_with = _where(target_compatible_with),
        **kwargs
    )
