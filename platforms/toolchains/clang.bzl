"""Toolchains with clang, lld and a directory with the headers and libraries of the platform (its sysroot)."""

load(":bsd.bzl", "find_bsd_sysroot")
load(":find.bzl", "existing", "find_program")
load(":linux.bzl", "find_linux_sysroot")
load(":windows.bzl", "find_windows_sysroot")

_NEEDS_CLANG = (
    "someos: cross-compiling needs clang and lld, version 14 or newer, on PATH; " +
    "--repo_env=SOMEOS_CLANG=/path/to/clang names one that is elsewhere"
)

def _versioned(name):
    return [name] + ["%s-%d" % (name, version) for version in range(30, 13, -1)]

def _find_tools(repository_ctx):
    """The programs, or None if one is missing."""
    named = repository_ctx.getenv("SOMEOS_CLANG")
    clang = repository_ctx.path(named) if named else find_program(repository_ctx, _versioned("clang"))
    if not clang or not clang.exists:
        return None
    real = clang.realpath
    tools = {
        "ar": find_program(repository_ctx, _versioned("llvm-ar") + ["ar"], beside = real),
        "cc": clang,
        "ld": find_program(repository_ctx, _versioned("ld.lld"), beside = real),
        "nm": find_program(repository_ctx, _versioned("llvm-nm") + ["nm"], beside = real),
        "objcopy": find_program(repository_ctx, _versioned("llvm-objcopy") + ["objcopy"], beside = real),
        "strip": find_program(repository_ctx, _versioned("llvm-strip") + ["strip"], beside = real),
    }
    return None if None in tools.values() else {name: str(path) for name, path in tools.items()}

def clang_toolchain(repository_ctx, platform):
    """The attributes of the toolchain's configuration, and an error message if something is missing.

    Args:
      repository_ctx: of the toolchain's repository.
      platform: its name.
    """
    system = platform.split("_")[0]
    find = {"linux": find_linux_sysroot, "windows": find_windows_sysroot}.get(system, find_bsd_sysroot)
    sysroot = find(repository_ctx, platform)
    tools = _find_tools(repository_ctx)
    if sysroot.missing or not tools:
        return struct(attributes = {}, missing = sysroot.missing or _NEEDS_CLANG)

    resources = repository_ctx.execute([tools["cc"], "-no-canonical-prefixes", "-print-resource-dir"]).stdout.strip()
    target = ["--target=" + sysroot.triple]
    linker = tools.pop("ld")
    libraries = [resources, str(repository_ctx.path(resources).realpath)] + [
        str(path)
        for path in existing(sysroot.directory, ["usr/include", "usr/" + sysroot.triple, "usr/lib/gcc-cross"])
    ]
    return struct(missing = None, attributes = {
        "compile_flags": target + sysroot.compile_flags,
        "cxx_flags": sysroot.cxx_flags,
        # The C++ driver knows which libraries C++ needs on each system. The linker is specified by its path because
        # clang would use another one for some systems.
        "link_flags": target + ["--driver-mode=g++", "--ld-path=" + linker, "-pthread"] + sysroot.link_flags,
        "dynamic_link_flags": sysroot.dynamic_link_flags,
        "static_link_flags": sysroot.static_link_flags,
        "sysroot": str(sysroot.directory),
        "system_includes": libraries + sysroot.system_includes,
        "tools": tools,
        "windows": system == "windows",
    })
