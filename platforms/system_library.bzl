"""What repository rules that find a library of the system share.

A library is searched for below /usr/local and /usr, where packages install it, or below the prefix that a variable of
--repo_env names. Nothing is downloaded, and nothing is searched for in a build that does not use the library.

The repository has the targets NAME, the library; ":installed", for target_compatible_with; ":linkable", for select(): it
can be linked on Linux; and ":required", which fails with an error message where it cannot be linked.
"""

# Processors whose names in Java and in @platforms differ.
_CPUS = {
    "amd64": "x86_64",
    "arm": "armv7",
}

_FOUND_BUILD = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "{name}",
    srcs = {srcs},
    hdrs = glob(["include/**"]),
    includes = ["include"],
    linkopts = {linkopts},
    deps = {deps},
)

# It is installed, for this machine's processor.
alias(
    name = "installed",
    actual = "{cpu}",
)

config_setting(
    name = "linkable",
    constraint_values = [
        "{cpu}",
        "@platforms//os:linux",
    ],
)

cc_library(
    name = "required",
    deps = select(
        {{":linkable": [":{name}"]}},
        no_match_error = {foreign},
    ),
)
"""

_MISSING_BUILD = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "{name}",
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

def system_prefixes(repository_ctx, variable):
    """The prefix that the variable names, or those of packages."""
    named = repository_ctx.os.environ.get(variable)
    return [repository_ctx.path(prefix) for prefix in ([named] if named else ["/usr/local", "/usr"])]

def library_directories(prefix):
    """The directories below the prefix that may hold libraries."""
    lib = prefix.get_child("lib")
    directories = [lib, prefix.get_child("lib64")]
    if lib.exists:
        directories += [d for d in lib.readdir() if d.basename.endswith("-linux-gnu")]
    return directories

def write_found_build(repository_ctx, name, srcs, linkopts, foreign, deps = []):
    """The BUILD file of a library whose headers are in include/. `foreign`: the message for other processors."""
    cpu = _CPUS.get(repository_ctx.os.arch, repository_ctx.os.arch)
    repository_ctx.file("BUILD.bazel", _FOUND_BUILD.format(
        name = name,
        cpu = "@platforms//cpu:" + cpu,
        deps = repr(deps),
        foreign = repr(foreign),
        linkopts = repr(linkopts),
        srcs = repr(srcs),
    ))

def write_missing_build(repository_ctx, name, message):
    """The BUILD file in place of a library that is not installed."""
    repository_ctx.file("BUILD.bazel", _MISSING_BUILD.format(name = name, message = repr(message)))
