"""Writes the header that says which backends are linked."""

_BACKENDS = ["select", "poll", "epoll", "kqueue"]

def _linked_header_impl(ctx):
    header = ctx.actions.declare_file(ctx.label.name + ".h")
    guard = ("SOMEOS_%s_%s_H_" % (ctx.label.package, ctx.label.name)).upper()
    lines = [
        "// Which backends %s links: generated from the build's choice." % ctx.label.package,
        "",
        "#ifndef " + guard,
        "#define " + guard,
        "",
    ]
    for backend in _BACKENDS:
        linked = 1 if backend in ctx.attr.backends else 0
        lines.append("#define SOMEOS_LINKS_%s %d" % (backend.upper(), linked))
    lines += ["", "#endif  // " + guard, ""]
    ctx.actions.write(header, "\n".join(lines))
    return [DefaultInfo(files = depset([header]))]

linked_header = rule(
    implementation = _linked_header_impl,
    doc = "Generates <name>.h with one macro per backend, 1 if it is in `backends`.",
    attrs = {"backends": attr.string_list(mandatory = True)},
)
