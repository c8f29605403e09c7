"""Generates the header that defines which backends are linked."""

load(":interfaces.bzl", "folders")

def _linked_header_impl(ctx):
    header = ctx.actions.declare_file(ctx.label.name + ".h")
    path = "someos/%s/%s.h" % (ctx.label.package, ctx.label.name)
    guard = "".join([c if c.isalnum() else "_" for c in path.upper().elems()]) + "_"
    lines = [
        "// Which backends are linked: generated from the build's choice.",
        "",
        "#ifndef " + guard,
        "#define " + guard,
        "",
    ]
    for backend in ctx.attr.backends:
        lines.append("#define SOMEOS_LINKS_%s %d" % (backend.upper(), 1 if backend in ctx.attr.linked else 0))
    lines += ["", "#endif  // " + guard, ""]
    ctx.actions.write(header, "\n".join(lines))
    return [DefaultInfo(files = depset([header]))]

_linked_header = rule(
    implementation = _linked_header_impl,
    attrs = {
        "backends": attr.string_list(mandatory = True),
        "linked": attr.string_list(mandatory = True),
    },
)

def linked_header(name, interface, linked, backends = None, **kwargs):
    """Generates NAME.h with a macro for each backend of an interface: SOMEOS_LINKS_<FOLDER>, 0 or 1.

    Args:
      name: of the target and the header.
      interface: a key of INTERFACES.
      linked: the folders of the linked backends.
      backends: the folders to define macros for; all of the interface unless given. A source may include several of these
        headers, whose macros must be the same then.
      **kwargs: of the rule.
    """
    _linked_header(
        name = name,
        backends = backends or folders(interface),
        linked = linked,
        **kwargs
    )
