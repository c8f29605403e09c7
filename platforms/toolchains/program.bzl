"""A script as a program that --run_under can name."""

def _program_impl(ctx):
    link = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = link, target_file = ctx.file.file, is_executable = True)
    return [DefaultInfo(executable = link, runfiles = ctx.runfiles([ctx.file.file]))]

program = rule(
    implementation = _program_impl,
    doc = "Makes a program of a script.",
    attrs = {"file": attr.label(allow_single_file = True, mandatory = True)},
    executable = True,
)
