"""Writes the header that says which backends are linked."""

_BACKENDS = ["select", "poll", "epoll", "kqueue"]

def _linked_header_impl(ctx):
    header = ctx.actions.declare_file(ctx.label.name + ".h")
    lines = [
        "// Which backends //api:select links: generated from the platform and the poller flag.",
        "",
        "#ifndef SOMEOS_API_LINKED_H_",
        "#define SOMEOS_API_LINKED_H_",
        "",
    ]
    for backend in _BACKENDS:
        linked = 1 if backend in ctx.attr.backends else 0
        lines.append("#define SOMEOS_LINKS_%s %d" % (backend.upper(), linked))
    lines += ["", "#endif  // SOMEOS_API_LINKED_H_", ""]
    ctx.actions.write(header, "\n".join(lines))
    return [DefaultInfo(files = depset([header]))]

linked_header = rule(
    implementation = _linked_header_impl,
    doc = "Generates <name>.h with one macro per backend, 1 if it is in `backends`.",
    attrs = {"backends": attr.string_list(mandatory = True)},
)
