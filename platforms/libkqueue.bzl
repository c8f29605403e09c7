"""Finds libkqueue, which emulates kqueue on Linux, among the system's libraries.

It is searched for below /usr/local and /usr, where packages install it, or below the prefix that
--repo_env=SOMEOS_LIBKQUEUE=PREFIX names. Nothing is downloaded, and nothing is searched for in a
build that does not use kqueue on Linux.
"""

_MISSING = (
    "someos: kqueue on Linux needs libkqueue with its headers. Install it (Debian: libkqueue-dev, " +
    "in the experimental suite), or give its prefix with --repo_env=SOMEOS_LIBKQUEUE=PREFIX."
)

_FOREIGN = (
    "someos: this machine's libkqueue is for its own processor; " +
    "kqueue cannot be linked into what is cross-compiled for Linux on another one."
)

# Processors whose names in Java and in @platforms differ.
_CPUS = {
    "amd64": "x86_64",
    "arm": "armv7",
}

_FOUND_BUILD = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "libkqueue",
    srcs = {srcs},
    hdrs = ["include/sys/event.h"],
    includes = ["include"],
    linkopts = {linkopts},
    deps = {deps},
)

# For target_compatible_with: libkqueue is installed, for this machine's processor.
alias(
    name = "installed",
    actual = "{cpu}",
)

# For select(): kqueue can be linked on Linux.
config_setting(
    name = "linkable",
    constraint_values = [
        "{cpu}",
        "@platforms//os:linux",
    ],
)

# Fails with an error message on other platforms.
cc_library(
    name = "required",
    deps = select(
        {{":linkable": [":libkqueue"]}},
        no_match_error = {foreign},
    ),
)
"""

_MISSING_BUILD = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "libkqueue",
    target_compatible_with = [":installed"],
)

alias(
    name = "installed",
    actual = "@platforms//:incompatible",
)

config_setting(
    name = "linkable",
    constraint_values = ["@platforms//:incompatible"],
)

cc_library(
    name = "required",
    deps = select(
        {{"@platforms//:incompatible": []}},
        no_match_error = {message},
    ),
)
"""

def _library_directories(repository_ctx, prefix):
    lib = prefix.get_child("lib")
    directories = [lib, prefix.get_child("lib64")]
    if lib.exists:
        directories += [d for d in lib.readdir() if d.basename.endswith("-linux-gnu")]
    return directories

def _first_library(repository_ctx, prefix):
    """The static library if there is one, so that the built programs do not need libkqueue to run."""
    for name in ["libkqueue.a", "libkqueue.so"]:
        for directory in _library_directories(repository_ctx, prefix):
            if directory.get_child(name).exists:
                return directory.get_child(name)
    return None

def _redirect_getsockopt(repository_ctx, library):
    """A copy of the static library that calls our getsockopt, which can keep it from taking the errors of sockets.

    Returns the targets that this needs; none if there is no objcopy, and the library is linked as it is.
    """
    objcopy = repository_ctx.which("objcopy") or repository_ctx.which("llvm-objcopy")
    redirection = "--redefine-sym=getsockopt=someos_libkqueue_getsockopt"
    if objcopy and repository_ctx.execute([objcopy, redirection, library, "libkqueue.a"]).return_code == 0:
        return [str(Label("//backends/kqueue:libkqueue_getsockopt"))]
    repository_ctx.delete("libkqueue.a")
    repository_ctx.symlink(library, "libkqueue.a")
    return []

def _libkqueue_repository_impl(repository_ctx):
    named = repository_ctx.os.environ.get("SOMEOS_LIBKQUEUE")
    for prefix in [repository_ctx.path(p) for p in ([named] if named else ["/usr/local", "/usr"])]:
        header = prefix.get_child("include", "kqueue", "sys", "event.h")
        library = _first_library(repository_ctx, prefix)
        if not header.exists or not library:
            continue

        # A copy, for programs that see another /usr than the build (//tools/compile_commands).
        repository_ctx.file("include/sys/event.h", repository_ctx.read(header))
        deps = []
        if library.basename.endswith(".a"):
            deps = _redirect_getsockopt(repository_ctx, library)
            srcs, linkopts = ["libkqueue.a"], ["-pthread"]
        else:
            srcs, linkopts = [], ["-L%s" % library.dirname, "-lkqueue", "-pthread"]
        cpu = _CPUS.get(repository_ctx.os.arch, repository_ctx.os.arch)
        repository_ctx.file("BUILD.bazel", _FOUND_BUILD.format(
            cpu = "@platforms//cpu:" + cpu,
            deps = repr(deps),
            foreign = repr(_FOREIGN),
            linkopts = repr(linkopts),
            srcs = repr(srcs),
        ))
        return
    repository_ctx.file("BUILD.bazel", _MISSING_BUILD.format(message = repr(_MISSING)))

libkqueue_repository = repository_rule(
    implementation = _libkqueue_repository_impl,
    configure = True,
    doc = "Makes a repository for the system's libkqueue, or one that fails with an error message if it is missing.",
    environ = ["SOMEOS_LIBKQUEUE"],
    local = True,
)

libkqueue = module_extension(
    implementation = lambda module_ctx: libkqueue_repository(name = "libkqueue"),
    doc = "The same for Bzlmod.",
)
