"""Finds a sysroot for Linux on another processor, and an emulator that runs the programs."""

load(":find.bzl", "existing", "provide_part")

_TRIPLES = {
    "aarch64": "aarch64-linux-gnu",
    "armv7": "arm-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu",
    "x86_64": "x86_64-linux-gnu",
}

_QEMU_NAMES = {"armv7": "qemu-arm"}

_NEEDS_QEMU = (
    "someos: running what is built for %s needs %s of Debian's qemu-user on PATH, " +
    "or as 'tools/bootstrap/part.sh qemu' provides it"
)

_NEEDS_LINUX = (
    "someos: --config={platform} needs a C and C++ library for that processor: on Debian, install " +
    "libstdc++-12-dev for it (libstdc++-12-dev-arm64-cross and the like) or call 'tools/bootstrap/part.sh {platform}'; " +
    "elsewhere, give --repo_env={variable}=/path/to/sysroot"
)

_BUILD = """\
load("{program}", "program")

program(
    name = "emulator",
    file = "emulator.sh",
    visibility = ["//visibility:public"],
)
"""

def find_linux_sysroot(repository_ctx, platform):
    """A sysroot for Linux: a specified directory, or Debian's cross packages, installed or as a part.

    Args:
      repository_ctx: of the repository that needs it.
      platform: its name.
    """
    triple = _TRIPLES[platform[len("linux_"):]]
    variable = "SOMEOS_%s_SYSROOT" % platform.upper()
    named = repository_ctx.getenv(variable)
    if named:
        directory = repository_ctx.path(named)
    elif repository_ctx.path("/usr/%s/include/c++" % triple).exists:
        directory = repository_ctx.path("/")
    else:
        directory = provide_part(repository_ctx, platform)
    return struct(
        cxx_flags = [],
        directory = directory,
        dynamic_link_flags = [],
        link_flags = [],
        missing = None if directory else _NEEDS_LINUX.format(platform = platform, variable = variable),
        static_link_flags = [],
        system_includes = [],
        triple = triple,
    )

def _emulator_impl(repository_ctx):
    platform = repository_ctx.attr.platform
    cpu = platform[len("linux_"):]
    name = _QEMU_NAMES.get(cpu, "qemu-" + cpu)
    qemu = repository_ctx.which(name) or repository_ctx.which(name + "-static")
    if not qemu:
        part = provide_part(repository_ctx, "qemu")
        qemu = part and part.get_child("usr", "bin", name)
    sysroot = find_linux_sysroot(repository_ctx, platform)
    if qemu and sysroot.directory:
        prefixes = existing(sysroot.directory, ["usr/" + sysroot.triple]) + [sysroot.directory]
        script = "exec %s -L %s \"$@\"" % (qemu, prefixes[0])
    else:
        script = "echo %s >&2\nexit 1" % repr(sysroot.missing or _NEEDS_QEMU % (platform, name))
    repository_ctx.file("emulator.sh", "#!/bin/sh\n%s\n" % script)
    repository_ctx.file("BUILD.bazel", _BUILD.format(program = str(Label(":program.bzl"))))

emulator_repository = repository_rule(
    implementation = _emulator_impl,
    configure = True,
    doc = "A program :emulator for --run_under, which runs programs for another processor.",
    attrs = {"platform": attr.string(mandatory = True)},
)
