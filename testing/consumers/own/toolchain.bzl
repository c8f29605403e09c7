"""A C++ toolchain of this workspace's own: the machine's GCC, and no more features than Bazel needs."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "feature", "flag_group", "flag_set", "tool_path")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")

def _gcc_config_impl(ctx):
    libraries = feature(
        name = "default_libraries",
        enabled = True,
        flag_sets = [flag_set(
            actions = [ACTION_NAMES.cpp_link_executable],
            flag_groups = [flag_group(flags = ["-lstdc++", "-lm", "-pthread"])],
        )],
    )
    programs = {
        "ar": "ar",
        "cpp": "gcc",
        "gcc": "gcc",
        "gcov": "gcov",
        "ld": "ld",
        "nm": "nm",
        "objdump": "objdump",
        "strip": "strip",
    }
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        compiler = "gcc",
        cxx_builtin_include_directories = ["/usr/include", "/usr/lib"],
        features = [libraries],
        target_cpu = "k8",
        target_libc = "glibc",
        target_system_name = "local",
        tool_paths = [tool_path(name = name, path = "/usr/bin/" + program) for name, program in programs.items()],
        toolchain_identifier = "consumers_gcc",
    )

gcc_config = rule(
    implementation = _gcc_config_impl,
    provides = [CcToolchainConfigInfo],
)
