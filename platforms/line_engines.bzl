"""Finds libedit and GNU readline, which are engines of line editors, among the system's libraries.

They are searched for below /usr/local and /usr, where packages install them, or below the prefix that
--repo_env=SOMEOS_LINE_ENGINES=PREFIX names. Nothing is downloaded, and nothing is searched for in a build that uses
neither.
"""

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

# Processors whose names in Java and in @platforms differ.
_CPUS = {
    "amd64": "x86_64",
    "arm": "armv7",
}

_FOUND_BUILD = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "engine",
    srcs = {srcs},
    hdrs = glob(["include/**"]),
    includes = ["include"],
    linkopts = {linkopts},
)

# For target_compatible_with: the engine is installed, for this machine's processor.
alias(
    name = "installed",
    actual = "{cpu}",
)

# For select(): it can be linked on Linux.
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
        {{":linkable": [":engine"]}},
        no_match_error = {foreign},
    ),
)
"""

_MISSING_BUILD = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "engine",
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

def _library_directories(prefix):
    lib = prefix.get_child("lib")
    directories = [lib, prefix.get_child("lib64")]
    if lib.exists:
        directories += [d for d in lib.readdir() if d.basename.endswith("-linux-gnu")]
    return directories

def _libraries(repository_ctx, prefix, engine):
    """(srcs, linkopts), or None. The static ones if there are any, so that the built programs run without them."""
    for directory in _library_directories(prefix):
        if directory.get_child(engine.libraries[0]).exists:
            found = [name for name in engine.libraries if directory.get_child(name).exists]
            for name in found:
                repository_ctx.symlink(directory.get_child(name), name)
            return found, []
    for directory in _library_directories(prefix):
        if directory.get_child(engine.library).exists:
            return [], ["-L%s" % directory] + engine.linkopts
    return None

def _line_engine_repository_impl(repository_ctx):
    engine = _ENGINES[repository_ctx.attr.engine]
    named = repository_ctx.os.environ.get("SOMEOS_LINE_ENGINES")
    for prefix in [repository_ctx.path(p) for p in ([named] if named else ["/usr/local", "/usr"])]:
        header = prefix.get_child("include", *engine.header.split("/"))
        libraries = _libraries(repository_ctx, prefix, engine) if header.exists else None
        if not libraries:
            continue
        for file in header.dirname.readdir() if engine.folder else [header]:
            repository_ctx.file("include/" + (engine.folder + "/" if engine.folder else "") + file.basename, repository_ctx.read(file))
        repository_ctx.file("BUILD.bazel", _FOUND_BUILD.format(
            cpu = "@platforms//cpu:" + _CPUS.get(repository_ctx.os.arch, repository_ctx.os.arch),
            foreign = repr(_FOREIGN % engine.name),
            linkopts = repr(libraries[1]),
            srcs = repr(libraries[0]),
        ))
        return
    repository_ctx.file("BUILD.bazel", _MISSING_BUILD.format(
        message = repr(_MISSING % (repository_ctx.attr.engine, engine.name)),
    ))

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
