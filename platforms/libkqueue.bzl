"""Finds libkqueue, which emulates kqueue on Linux, among the system's libraries, or below the prefix that
--repo_env=SOMEOS_LIBKQUEUE=PREFIX names.
"""

load(":system_library.bzl", "library_directories", "system_prefixes", "write_found_build", "write_missing_build")

_MISSING = (
    "someos: kqueue on Linux needs libkqueue with its headers. Install it (Debian: libkqueue-dev, " +
    "in the experimental suite), or give its prefix with --repo_env=SOMEOS_LIBKQUEUE=PREFIX."
)

_FOREIGN = (
    "someos: this machine's libkqueue is for its own processor; " +
    "kqueue cannot be linked into what is cross-compiled for Linux on another one."
)

def _first_library(prefix):
    """The static library if there is one, so that the built programs do not need libkqueue to run."""
    for name in ["libkqueue.a", "libkqueue.so"]:
        for directory in library_directories(prefix):
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
    for prefix in system_prefixes(repository_ctx, "SOMEOS_LIBKQUEUE"):
        header = prefix.get_child("include", "kqueue", "sys", "event.h")
        library = _first_library(prefix)
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
        write_found_build(repository_ctx, "libkqueue", srcs, linkopts, _FOREIGN, deps)
        return
    write_missing_build(repository_ctx, "libkqueue", _MISSING)

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
