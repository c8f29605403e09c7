"""Finds the Python interpreters that //testing/interop:interpreters names, one for each version of the language.

They are, the first one of each version:
- those that --repo_env=SOMEOS_PYTHONS=/path/to/python2.7,/path/to/python3.13 names,
- python2.7, python3 and python3.N in the directories of PATH,
- the parts of tools/bootstrap/part.sh that have been provided before.
Each is asked for its version. One that does not start, or lacks the module multiprocessing, is left out. Nothing is
downloaded, and builds of other targets search for nothing.
"""

load("//platforms/toolchains:find.bzl", "find_part")

_DESCRIBE = """\
import multiprocessing.connection, platform, sys
print("%d.%d" % sys.version_info[:2])
print(platform.python_version())
print(sys.executable)
print(" ".join(sys.version.split()))
"""

_NAMES = ["python2.7", "python3"] + ["python3.%d" % minor for minor in range(4, 30)]

# Parts and the programs in them.
_PARTS = {
    "python": "python3.11",
    "python3.13": "python3.13",
    "python3.14": "python3.14",
}

# On other platforms than this machine's, no interpreter is found: tests run in an emulator there, if at all.
_BUILD = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

config_setting(
    name = "this_machine",
    constraint_values = {constraints},
)

cc_library(
    name = "found",
    textual_hdrs = select({{
        ":this_machine": ["here/found_interpreters.inc"],
        "//conditions:default": ["elsewhere/found_interpreters.inc"],
    }}),
    includes = select({{
        ":this_machine": ["here"],
        "//conditions:default": ["elsewhere"],
    }}),
    visibility = ["//visibility:public"],
)
"""

_CPUS = {
    "amd64": "x86_64",
    "arm": "armv7",
}

_SYSTEMS = {
    "mac os x": "macos",
}

def _candidates(repository_ctx):
    named = repository_ctx.getenv("SOMEOS_PYTHONS", "")
    found = [candidate for candidate in named.split(",") if candidate]
    for directory in repository_ctx.getenv("PATH", "").split(":"):
        if not directory.startswith("/"):
            continue
        for name in _NAMES:
            program = repository_ctx.path(directory).get_child(name)
            if program.exists:
                found.append(str(program))
    for part, program in _PARTS.items():
        directory = find_part(repository_ctx, part)
        if directory and directory.exists:
            found.append(str(directory.get_child("usr", "bin", program)))
    return found

def _escaped(text):
    """For a string literal of C++."""
    return text.replace("\\", "\\\\").replace('"', '\\"')

def _interpreters_repository_impl(repository_ctx):
    found = {}  # lines of the file by versions of the language
    for candidate in _candidates(repository_ctx):
        described = repository_ctx.execute([candidate, "-c", _DESCRIBE])
        lines = described.stdout.splitlines()
        if described.return_code == 0 and len(lines) == 4 and lines[0] not in found:
            # Which build it is makes results of tests out of date when it changes.
            found[lines[0]] = '{"%s", "%s"},  // %s' % (lines[1], _escaped(lines[2]), lines[3])
    repository_ctx.file("here/found_interpreters.inc", "".join([line + "\n" for line in found.values()]))
    repository_ctx.file("elsewhere/found_interpreters.inc", "")
    system = _SYSTEMS.get(repository_ctx.os.name, repository_ctx.os.name)
    cpu = _CPUS.get(repository_ctx.os.arch, repository_ctx.os.arch)
    constraints = ["@platforms//cpu:" + cpu, "@platforms//os:" + system]
    repository_ctx.file("BUILD.bazel", _BUILD.format(constraints = repr(constraints)))

interpreters_repository = repository_rule(
    implementation = _interpreters_repository_impl,
    configure = True,
    doc = "Makes a repository with a library :found, whose found_interpreters.inc has a version and a path per line.",
    local = True,
)

interpreters = module_extension(
    implementation = lambda module_ctx: interpreters_repository(name = "someos_interpreters"),
    doc = "The same for Bzlmod.",
)
