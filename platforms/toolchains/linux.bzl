"""Finds a sysroot for Linux on another processor."""

load(":find.bzl", "existing", "provide_part")

_TRIPLES = {
    "aarch64": "aarch64-linux-gnu",
    "armv7": "arm-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu",
    "x86_64": "x86_64-linux-gnu",
}

_NEEDS_LINUX = (
    "someos: --config={platform} needs a C and C++ library for that processor: on Debian, install " +
    "libstdc++-12-dev for it (libstdc++-12-dev-arm64-cross and the like) or call 'tools/bootstrap/part.sh {platform}'; " +
    "elsewhere, give --repo_env={variable}=/path/to/sysroot"
)

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
        compile_flags = [],
        cxx_flags = [],
        directory = directory,
        dynamic_link_flags = [],
        link_flags = [],
        missing = None if directory else _NEEDS_LINUX.format(platform = platform, variable = variable),
        static_link_flags = [],
        system_includes = [],
        triple = triple,
    )
