"""Finds the Pythons for which the modules of //testing/python are built.

They are the python3 on PATH or, if given, those that --repo_env=SOMEOS_PYTHONS=/path/to/python3.11,/path/to/python3.13
names. Those without headers, and those before 3.9, whose tests expect other errors, are left out. Nothing is downloaded,
and builds of other targets search for nothing.
"""

_DESCRIBE = """\
import sys, sysconfig
if sys.version_info < (3, 9): sys.exit("The tests of older Pythons expect other errors")
print(sys.executable)
print(sysconfig.get_paths()["include"])
print("python%d_%d" % sys.version_info[:2])
"""

_LIBRARY = """
cc_library(
    name = "{name}",
    hdrs = glob(["{name}/**"]),
    includes = ["{name}"],
    target_compatible_with = {compatible_with},
)
"""

_CPUS = {
    "amd64": "x86_64",
    "arm": "armv7",
}

_SYSTEMS = {
    "freebsd": "freebsd",
    "linux": "linux",
    "mac os x": "macos",
    "openbsd": "openbsd",
}

def _candidates(repository_ctx):
    named = repository_ctx.os.environ.get("SOMEOS_PYTHONS")
    if named:
        return named.split(",")
    found = repository_ctx.which("python3")
    return [str(found)] if found else []

def _link_headers(repository_ctx, include, name):
    for header in include.readdir():
        repository_ctx.symlink(header, "%s/%s" % (name, header.basename))

    # Debian's pyconfig.h includes one in the directory of the architecture, by its path below /usr/include.
    for directory in include.dirname.readdir():
        of_python = directory.get_child(include.basename)
        if directory.basename.endswith("-linux-gnu") and of_python.exists:
            repository_ctx.symlink(of_python, "%s/%s/%s" % (name, directory.basename, include.basename))

def _pythons_repository_impl(repository_ctx):
    system = _SYSTEMS.get(repository_ctx.os.name)
    cpu = _CPUS.get(repository_ctx.os.arch, repository_ctx.os.arch)
    pythons = {}  # executables by names
    build = """load("@rules_cc//cc:cc_library.bzl", "cc_library")\n\npackage(default_visibility = ["//visibility:public"])\n"""
    for candidate in _candidates(repository_ctx):
        described = repository_ctx.execute([candidate, "-c", _DESCRIBE])
        if described.return_code != 0 or not system:
            continue
        executable, include, name = described.stdout.splitlines()
        include = repository_ctx.path(include)
        if not include.get_child("Python.h").exists or name in pythons:
            continue
        _link_headers(repository_ctx, include, name)
        pythons[name] = executable
        build += _LIBRARY.format(
            name = name,
            compatible_with = repr(["@platforms//cpu:" + cpu, "@platforms//os:" + system]),
        )
    repository_ctx.file("BUILD.bazel", build)
    repository_ctx.file("pythons.bzl", "PYTHONS = %s\n" % repr(pythons))

pythons_repository = repository_rule(
    implementation = _pythons_repository_impl,
    configure = True,
    doc = "Makes a repository with a library of headers for each Python, and pythons.bzl with their executables.",
    environ = ["PATH", "SOMEOS_PYTHONS"],
    local = True,
)

pythons = module_extension(
    implementation = lambda module_ctx: pythons_repository(name = "someos_pythons"),
    doc = "The same for Bzlmod.",
)
