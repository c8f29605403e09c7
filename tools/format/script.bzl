"""A script as a target for `bazel run`, without a dependency on the rules of its language."""

def _script_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.file.src, is_executable = True)
    return [DefaultInfo(executable = executable)]

script = rule(
    implementation = _script_impl,
    doc = "Runs `src`.",
    attrs = {"src": attr.label(allow_single_file = [".py", ".sh"], mandatory = True)},
    executable = True,
)
