"""Finds libedit and GNU readline, which are engines of line editors, among the system's libraries.

--repo_env=SOMEOS_LINE_ENGINES=PREFIX names a prefix to search below in their place.
"""

load(":system_library.bzl", "library_directories", "system_prefixes", "write_found_build", "write_missing_build")

# The header, further headers' folder, the static libraries in the order of linking (the first one must exist), and how
# to link the shared one in their place.
_ENGINES = {
    "gnu": struct(
        folder = "readline",
        header = "readline/readline.h",
        libraries = ["libreadline.a", "libtinfo.a"],
        library = "libreadline.so",
        linkopts = ["-lreadline"],
        name = "GNU readline (GPL-3.0-or-later; Debian: libreadline-dev)",
    ),
    "libedit": struct(
        folder = None,
        header = "histedit.h",
        libraries = ["libedit.a", "libbsd.a", "libmd.a", "libtinfo.a"],
        library = "libedit.so",
        linkopts = ["-ledit"],
        name = "libedit (BSD-3-Clause; Debian: libedit-dev)",
    ),
}

_MISSING = (
    "someos: --@someos//platforms:line=%s needs %s with its headers. Install it, or give its prefix with " +
    "--repo_env=SOMEOS_LINE_ENGINES=PREFIX."
)

_FOREIGN = "someos: this machine's %s is for its own processor; it cannot be linked into what is cross-compiled."

def _libraries(repository_ctx, prefix, engine):
    """(srcs, linkopts), or None. The static ones if there are any, so that the built programs run without them."""
    for directory in library_directories(prefix):
        if directory.get_child(engine.libraries[0]).exists:
            found = [name for name in engine.libraries if directory.get_child(name).exists]
            for name in found:
                repository_ctx.symlink(directory.get_child(name), name)
            return found, []
    for directory in library_directories(prefix):
        if directory.get_child(engine.library).exists:
            return [], ["-L%s" % directory] + engine.linkopts
    return None

def _line_engine_repository_impl(repository_ctx):
    engine = _ENGINES[repository_ctx.attr.engine]
    for prefix in system_prefixes(repository_ctx, "SOMEOS_LINE_ENGINES"):
        header = prefix.get_child("include", *engine.header.split("/"))
        libraries = _libraries(repository_ctx, prefix, engine) if header.exists else None
        if not libraries:
            continue
        for file in header.dirname.readdir() if engine.folder else [header]:
            repository_ctx.file("include/" + (engine.folder + "/" if engine.folder else "") + file.basename, repository_ctx.read(file))
        write_found_build(repository_ctx, "engine", libraries[0], libraries[1], _FOREIGN % engine.name)
        return
    write_missing_build(repository_ctx, "engine", _MISSING % (repository_ctx.attr.engine, engine.name))

line_engine_repository = repository_rule(
    implementation = _line_engine_repository_impl,
    attrs = {"engine": attr.string(values = _ENGINES.keys())},
    configure = True,
    doc = "Makes a repository for the system's library, or one that fails with an error message if it is missing.",
    environ = ["SOMEOS_LINE_ENGINES"],
    local = True,
)

def line_engine_repositories():
    """Declares @someos_line_gnu and @someos_line_libedit, unless they are declared already."""
    for engine in _ENGINES:
        name = "someos_line_" + engine
        if not native.existing_rule(name):
            line_engine_repository(name = name, engine = engine)

def _line_engines_impl(_module_ctx):
    for engine in _ENGINES:
        line_engine_repository(name = "someos_line_" + engine, engine = engine)

line_engines = module_extension(
    implementation = _line_engines_impl,
    doc = "The same for Bzlmod.",
)
