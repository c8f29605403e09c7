"""Makes the repository of one cross toolchain: its BUILD file, and the files that have to be found or provided."""

load(":clang.bzl", "clang_toolchain")
load(":zig.bzl", "zig_toolchain", "zig_version")

_BUILD = """\
load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load("{config}", "cross_toolchain_config")

package(default_visibility = ["//visibility:public"])

filegroup(
    name = "files",
    srcs = glob(["bin/*"]),
)

cross_toolchain_config(
    name = "config",
{attributes})

cc_toolchain(
    name = "toolchain",
    all_files = ":files",
    ar_files = ":files",
    as_files = ":files",
    compiler_files = ":files",
    dwp_files = ":files",
    linker_files = ":files",
    objcopy_files = ":files",
    strip_files = ":files",
    supports_param_files = True,
    toolchain_config = ":config",
)
"""

# A compiler that only prints what is missing, so that a build for the platform can be analysed (query, cquery) without
# one.
_MISSING = """\
#!/bin/sh
echo {message} >&2
exit 1
"""

def _missing_toolchain(repository_ctx, message):
    repository_ctx.file("bin/missing", _MISSING.format(message = repr(message)))
    return {tool: "bin/missing" for tool in ["ar", "cc", "nm", "objcopy", "strip"]}

def _toolchain_impl(repository_ctx):
    platform = repository_ctx.attr.platform
    system = platform.split("_")[0]
    zig_knows = system == "macos" or (system in ["freebsd", "netbsd"] and zig_version(repository_ctx) >= (0, 15))
    make = zig_toolchain if zig_knows else clang_toolchain
    made = make(repository_ctx, platform)
    attributes = dict(made.attributes, platform = platform)
    if made.missing:
        attributes["tools"] = _missing_toolchain(repository_ctx, made.missing)
    repository_ctx.file("BUILD.bazel", _BUILD.format(
        attributes = "".join(["    %s = %s,\n" % (k, repr(v)) for k, v in sorted(attributes.items())]),
        config = str(Label(":config.bzl")),
    ))

toolchain_repository = repository_rule(
    implementation = _toolchain_impl,
    configure = True,
    doc = "A cross toolchain with programs and libraries that are on this machine or are provided on demand.",
    attrs = {"platform": attr.string(mandatory = True)},
)
