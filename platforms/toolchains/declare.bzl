"""Declares the toolchains; what they are made of is in repositories of their own (repositories.bzl)."""

load("//platforms:systems.bzl", "platform_constraints")

def declare_toolchain(platform):
    """Declares the toolchain of a platform, e.g. freebsd_x86_64.

    Linux is where they run. Where the platform is the machine's own system, the toolchain would be no cross compiler:
    Bazel's own is used there, so for Linux there is one for each other processor.

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
