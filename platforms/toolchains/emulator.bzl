"""Finds an emulator that runs programs for another platform."""

load(":find.bzl", "existing", "provide_part")
load(":linux.bzl", "find_linux_sysroot")

_QEMU_NAMES = {"armv7": "qemu-arm"}

_NEEDS_QEMU = (
    "someos: running what is built for %s needs %s of Debian's qemu-user on PATH, " +
    "or as 'tools/bootstrap/part.sh qemu' provides it"
)

_NEEDS_WINE = "someos: running what is built for Windows needs Debian's wine, as 'tools/bootstrap/part.sh wine' provides it"

_WINE_SH = Label("//tools/bootstrap:wine.sh")

_BUILD = """\
load("{program}", "program")

program(
    name = "emulator",
    file = "emulator.sh",
    visibility = ["//visibility:public"],
)
"""

def _fail(message):
    return "echo %s >&2\nexit 1" % repr(message)

def _qemu(repository_ctx, platform):
    """The lines of a script that runs a program in qemu."""
    cpu = platform[len("linux_"):]
    name = _QEMU_NAMES.get(cpu, "qemu-" + cpu)
    qemu = repository_ctx.which(name) or repository_ctx.which(name + "-static")
    if not qemu:
        part = provide_part(repository_ctx, "qemu")
        qemu = part and part.get_child("usr", "bin", name)
    sysroot = find_linux_sysroot(repository_ctx, platform)
    if not qemu or not sysroot.directory:
        return _fail(sysroot.missing or _NEEDS_QEMU % (platform, name))
    prefixes = existing(sysroot.directory, ["usr/" + sysroot.triple]) + [sysroot.directory]
    return "exec %s -L %s \"$@\"" % (qemu, prefixes[0])

def _wine(repository_ctx):
    """The lines of a script that runs a program in wine."""
    part = provide_part(repository_ctx, "wine")
    return "exec sh %s %s \"$@\"" % (repository_ctx.path(_WINE_SH), part) if part else _fail(_NEEDS_WINE)

def _emulator_impl(repository_ctx):
    platform = repository_ctx.attr.platform
    script = _wine(repository_ctx) if platform.startswith("windows_") else _qemu(repository_ctx, platform)
    repository_ctx.file("emulator.sh", "#!/bin/sh\n%s\n" % script)
    repository_ctx.file("BUILD.bazel", _BUILD.format(program = str(Label(":program.bzl"))))

emulator_repository = repository_rule(
    implementation = _emulator_impl,
    configure = True,
    doc = "A program :emulator for --run_under, which runs programs for another platform.",
    attrs = {"platform": attr.string(mandatory = True)},
)
