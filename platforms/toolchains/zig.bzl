"""Toolchains with zig's C++ compiler, which contains the headers and libraries of some systems."""

load(":find.bzl", "find_program", "provide_part")

# zig's names of its targets. The versions are the oldest ones on which the programs run.
_TARGETS = {
    "freebsd": "freebsd.14.0",
    "macos": "macos.11.0",
    "netbsd": "netbsd.10.1",
}

_MISSING = (
    "someos: --config={platform} needs zig: 'tools/bootstrap/part.sh zig' gets it from npm (Linux on x86_64), " +
    "or give --repo_env=SOMEOS_ZIG=/path/to/zig of version 0.12 or newer"
)

# zig keeps what it compiles, such as the C++ library, in a cache, but an action may not write there. So each call gets its
# own cache, which initially has what was compiled when the toolchain was set up. Only linking needs that.
_COMPILER = """\
#!/bin/sh
cache=$(mktemp -d) || exit
trap 'rm -rf "$cache"' EXIT
mkdir "$cache/o"
case " $* " in
  *" -c "*) ;;
  *)
    if [ -d {cache}/o ]; then
      cp -R {cache}/h "$cache/"
      ln -s {cache}/o/* "$cache/o/"
    fi
    ;;
esac
ZIG_GLOBAL_CACHE_DIR=$cache ZIG_LOCAL_CACHE_DIR=$cache {zig} c++ -target {target} -fno-sanitize=undefined "$@"
"""

_TOOL = """\
#!/bin/sh
exec {zig} {tool} "$@"
"""

_PROGRAM = """\
#include <iostream>
int main() { std::cout << std::endl; }
"""

def _find_zig(repository_ctx, provide):
    """The user's zig or, if `provide`, the one from npm; or None."""
    named = repository_ctx.getenv("SOMEOS_ZIG")
    if named:
        return repository_ctx.path(named)
    if not provide:
        return None
    part = provide_part(repository_ctx, "zig")
    return part.get_child("zig") if part else find_program(repository_ctx, ["zig"])

def zig_version(repository_ctx):
    """The version of the user's zig as two numbers; (0, 0) if there is none.

    Args:
      repository_ctx: of the repository that needs it.
    """
    zig = _find_zig(repository_ctx, provide = False)
    if not zig or not zig.exists:
        return (0, 0)
    numbers = repository_ctx.execute([zig, "version"]).stdout.strip().split(".")[:2]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (0, 0)

def _provide_frameworks(repository_ctx):
    """The directory of the only framework that Abseil needs, which zig does not contain."""
    framework = "frameworks/CoreFoundation.framework/"
    repository_ctx.template(framework + "Headers/CFTimeZone.h", Label("//platforms/toolchains/macos:CFTimeZone.h"))
    repository_ctx.template(framework + "CoreFoundation.tbd", Label("//platforms/toolchains/macos:CoreFoundation.tbd"))
    return str(repository_ctx.path("frameworks"))

def zig_toolchain(repository_ctx, platform):
    """The attributes of the toolchain's configuration, and an error message if something is missing.

    Args:
      repository_ctx: of the toolchain's repository.
      platform: its name.
    """
    system, cpu = platform.split("_", 1)
    zig = _find_zig(repository_ctx, provide = True)
    if not zig or not zig.exists:
        return struct(attributes = {}, missing = _MISSING.format(platform = platform))

    cache = repository_ctx.path("cache")
    compiler = _COMPILER.format(cache = cache, target = "%s-%s" % (cpu, _TARGETS[system]), zig = zig)
    repository_ctx.file("bin/cc", compiler)
    repository_ctx.file("bin/ar", _TOOL.format(tool = "ar", zig = zig))
    repository_ctx.file("bin/objcopy", _TOOL.format(tool = "objcopy", zig = zig))
    repository_ctx.file("bin/none", "#!/bin/sh\necho 'someos: zig brings no such tool' >&2\nexit 1\n")

    # Compiles the system's C++ library once, into the initial cache.
    repository_ctx.report_progress("compiling the C++ library for " + platform)
    repository_ctx.file("first/first.cc", _PROGRAM)
    repository_ctx.file("first/cc", compiler.replace("$(mktemp -d)", str(cache)).replace("trap ", ": "))
    repository_ctx.execute(["mkdir", cache])
    result = repository_ctx.execute(["first/cc", "first/first.cc", "-o", "first/first"], timeout = 1200)
    if result.return_code != 0:
        fail("someos: %s does not compile for %s: %s" % (zig, platform, result.stderr))
    repository_ctx.delete("first")

    compile_flags, link_flags, system_includes = [], ["-pthread"], [str(zig.realpath.dirname.get_child("lib"))]
    if system == "macos":
        frameworks = _provide_frameworks(repository_ctx)
        compile_flags.append("-iframework" + frameworks)
        link_flags.append("-F" + frameworks)
        system_includes.append(frameworks)
    return struct(missing = None, attributes = {
        "compile_flags": compile_flags,
        "link_flags": link_flags,
        "macos": system == "macos",
        "system_includes": system_includes,
        "tools": {
            "ar": "bin/ar",
            "cc": "bin/cc",
            "nm": "bin/none",
            "objcopy": "bin/objcopy",
            "strip": "bin/none",
        },
    })
