"""A source file for each public header of some libraries, which includes that header alone, and twice."""

load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

_VIRTUAL = "/_virtual_includes/"

def _each_header_alone_impl(ctx):
    sources = {}
    for library in ctx.attr.libraries:
        for header in library[CcInfo].compilation_context.direct_public_headers:
            # "api/_virtual_includes/poller/someos/api/poller.h" is included as "someos/api/poller.h".
            _, virtual, name = header.path.partition(_VIRTUAL)
            include = name.partition("/")[2]
            if not virtual or include in sources or not include.endswith(".h"):
                continue
            source = ctx.actions.declare_file("%s/%s.cc" % (ctx.label.name, include.removesuffix(".h")))
            ctx.actions.write(source, '#include "%s"\n#include "%s"\n' % (include, include))
            sources[include] = source
    if not sources:
        fail("no public headers")
    return [DefaultInfo(files = depset(sources.values()))]

each_header_alone = rule(
    implementation = _each_header_alone_impl,
    attrs = {"libraries": attr.label_list(mandatory = True, providers = [CcInfo])},
)
