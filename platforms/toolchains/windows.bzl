"""Finds a sysroot for Windows: the headers and libraries of mingw-w64 and of its GCC."""

load(":find.bzl", "existing", "provide_part")

_TRIPLES = {"x86_64": "x86_64-w64-mingw32"}

_MISSING = (
    "someos: --config={platform} needs mingw-w64 with a C++ library that has POSIX threads: on Debian, install " +
    "g++-mingw-w64-x86-64-posix or call 'tools/bootstrap/part.sh {platform}'; " +
    "elsewhere, give --repo_env={variable}=/path/to/usr"
)

_COMPILE_FLAGS = [
    "-D_WIN32_WINNT=0x0A00",  # Windows 10
    # clang's cpuid.h declares a function that older headers of mingw-w64 declare in another way, unless this is defined.
    "-D__INTRINSIC_DEFINED___cpuidex",
]

# Abseil names these only for compilers that call themselves mingw.
_LIBRARIES = ["-ldbghelp", "-ladvapi32", "-lbcrypt", "-lws2_32"]

def find_windows_sysroot(repository_ctx, platform):
    """A sysroot for Windows: a specified directory, or Debian's packages, installed or as a part.

    Args:
      repository_ctx: of the repository that needs it.
      platform: its name.
    """
    triple = _TRIPLES[platform[len("windows_"):]]
    variable = "SOMEOS_%s_SYSROOT" % platform.upper()
    named = repository_ctx.getenv(variable)
    if named:
        directory = repository_ctx.path(named)
    elif existing(repository_ctx.path("/usr"), ["lib/gcc/%s/12-posix/libstdc++.a" % triple]):
        directory = repository_ctx.path("/usr")
    else:
        part = provide_part(repository_ctx, platform)
        directory = part.get_child("usr") if part else None
    return struct(
        compile_flags = _COMPILE_FLAGS,
        cxx_flags = [],
        directory = directory,
        dynamic_link_flags = _LIBRARIES,
        # A program is a single file; without this it would need the DLLs of the C++ library.
        link_flags = ["-static"],
        missing = None if directory else _MISSING.format(platform = platform, variable = variable),
        static_link_flags = _LIBRARIES,
        system_includes = [str(path) for path in existing(directory, ["lib/gcc", triple, "share/mingw-w64/include"])] if directory else [],
        triple = triple,
    )
