"""A rule that makes a script usable with --run_under."""

def _program_impl(ctx):
    link = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = link, target_file = ctx.file.file, is_executable = True)
    return [DefaultInfo(executable = link, runfiles = ctx.runfiles([ctx.file.file]))]

program = rule(
    implementation = _program_impl,
    doc = "Makes an executable target from a script.",
    attrs = {"file": attr.label(allow_single_file = True, mandatory = True)},
    executable = True,
)
