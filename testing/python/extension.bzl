"""Python's modules over this library, as //testing/python:select_module, and their tests, for each Python that was found."""

load("@someos_pythons//:pythons.bzl", "PYTHONS")
load("//platforms:cc.bzl", "someos_cc_binary", "someos_cc_library", "someos_cc_test")

# .bazelrc turns these off, but a shared library needs position-independent code.
_NEEDED = ["supports_dynamic_linker", "supports_pic"]

def _with_pic_impl(settings, _attr):
    unwanted = ["-" + feature for feature in _NEEDED]
    features = settings["//command_line_option:features"]
    return {"//command_line_option:features": [f for f in features if f not in unwanted]}

_with_pic = transition(
    implementation = _with_pic_impl,
    inputs = ["//command_line_option:features"],
    outputs = ["//command_line_option:features"],
)

def _python_extension_impl(ctx):
    output = ctx.actions.declare_file("%s/%s.so" % (ctx.label.name, ctx.attr.module))
    ctx.actions.symlink(output = output, target_file = ctx.file.library)
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))]

_python_extension = rule(
    implementation = _python_extension_impl,
    attrs = {
        "library": attr.label(allow_single_file = True, cfg = _with_pic, mandatory = True),
        "module": attr.string(mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "An extension module, NAME/MODULE.so: a shared library, built as position-independent code.",
)

def python_modules(name, module, srcs, hdrs, main, deps, local_defines = [], target_compatible_with = []):
    """Declares NAME_pythonX_Y for each Python, and NAME for the first; without one, NAME is incompatible.

    All are "manual": //... does not include them, because they need the library and Abseil compiled once more, as
    position-independent code.

    Args:
      name: of the targets.
      module: the name in Python.
      srcs: of the module.
      hdrs: of the module.
      main: its source file with the function that Python calls.
      deps: of the module, besides the headers of Python.
      local_defines: macros for its sources.
      target_compatible_with: what the module needs.
    """
    for python in PYTHONS:
        someos_cc_library(
            name = "%s_%s_types" % (name, python),
            srcs = srcs,
            hdrs = hdrs,
            local_defines = local_defines,
            tags = ["manual"],  # only as position-independent code
            target_compatible_with = target_compatible_with,
            deps = deps + ["@someos_pythons//:" + python],
        )
        someos_cc_binary(
            name = "%s_%s_library" % (name, python),
            srcs = [main],
            linkopts = select({
                "@platforms//os:macos": ["-undefined", "dynamic_lookup"],
                "//conditions:default": [],
            }),
            local_defines = local_defines,
            linkshared = True,
            tags = ["manual"],
            target_compatible_with = target_compatible_with,
            deps = deps + [":%s_%s_types" % (name, python)],
        )
        _python_extension(
            name = "%s_%s" % (name, python),
            library = ":%s_%s_library" % (name, python),
            module = module,
            tags = ["manual"],
            target_compatible_with = target_compatible_with,
        )
    if PYTHONS:
        native.alias(
            name = name,
            actual = ":%s_%s" % (name, PYTHONS.keys()[0]),
            tags = ["manual"],
        )
    else:
        native.filegroup(
            name = name,
            target_compatible_with = ["@platforms//:incompatible"],
        )

def python_module_tests(name, modules, srcs, runner, data = [], **kwargs):
    """A test that gets each Python's executable and module, "EXECUTABLE=MODULE", separated by colons, as PYTHONS.

    It is "manual", as the modules are.

    Args:
      name: of the test.
      modules: the `name` of python_modules.
      srcs: of the test.
      runner: the program that it runs with each of these Pythons: RUNNER.
      data: files that the runner imports.
      **kwargs: for someos_cc_test.
    """
    targets = {python: ":%s_%s" % (modules, python) for python in PYTHONS}
    someos_cc_test(
        name = name,
        srcs = srcs,
        data = targets.values() + [runner] + data,
        tags = ["manual"],
        env = {
            "PYTHONS": ":".join(["%s=$(rootpath %s)" % (PYTHONS[p], t) for p, t in targets.items()]),
            "RUNNER": "$(rootpath %s)" % runner,
        },
        **kwargs
    )
