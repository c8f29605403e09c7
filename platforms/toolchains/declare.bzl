"""Declares the toolchains; their contents are in separate repositories (repositories.bzl)."""

load("//platforms:systems.bzl", "platform_constraints")

def declare_toolchain(platform):
    """Declares the toolchain of a platform, e.g. freebsd_x86_64.

    They run on Linux. A toolchain for the machine's own platform would not be a cross compiler; Bazel's default one is
    used there. So for Linux there is a toolchain only for each other processor.

    Args:
      platform: its name.
    """
    system, cpu = platform.split("_", 1)
    for exec_cpu in ["aarch64", "x86_64"]:
        if system == "linux" and cpu == exec_cpu:
            continue
        native.toolchain(
            name = "%s_on_%s" % (platform, exec_cpu),
            exec_compatible_with = [
                "@platforms//cpu:" + exec_cpu,
                "@platforms//os:linux",
            ],
            target_compatible_with = platform_constraints(platform),
            toolchain = "@someos_%s//:toolchain" % platform,
            toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
        )
