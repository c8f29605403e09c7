"""A script as a target for `bazel run` or `bazel test`, without a dependency on the rules of its language."""

def _script_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.file.src, is_executable = True)
    return [DefaultInfo(executable = executable, runfiles = ctx.runfiles(files = ctx.files.data))]

_ATTRIBUTES = {
    "data": attr.label_list(allow_files = True),
    "src": attr.label(allow_single_file = [".py", ".sh"], mandatory = True),
}

script = rule(
    implementation = _script_impl,
    doc = "Runs `src`.",
    attrs = _ATTRIBUTES,
    executable = True,
)

script_test = rule(
    implementation = _script_impl,
    doc = "Runs `src`, which fails the test by its exit code.",
    attrs = _ATTRIBUTES,
    test = True,
)
