"""Finds the other libraries for //tools/bench:peers and //tools/bench/threading:pools among the system's libraries.

They are searched for below /usr/local and /usr, where packages install them, or below the prefix
that --repo_env=SOMEOS_PEERS=PREFIX names, and those that --repo_env=SOMEOS_BOOST=PREFIX and SOMEOS_POOLS=PREFIX do.
Missing ones are left out. Nothing is downloaded, and builds of other targets do not search for
them.
"""

# name: the header that must exist, further directories of headers, the possible names of each of the
# libraries (static ones first, so that the built program runs where the library is not installed),
# further options for linking. In the order of linking: libev has functions with names of libevent's, which
# must be found in libevent.
_PEERS = {
    "boost": struct(
        header = "boost/interprocess/mapped_region.hpp",
        directories = ["boost"],
        libraries = [],
        linkopts = [],
    ),
    "bs_thread_pool": struct(
        header = "BS_thread_pool.hpp",
        directories = [],
        libraries = [],
        linkopts = ["-pthread"],
    ),
    "taskflow": struct(
        header = "taskflow/taskflow.hpp",
        directories = ["taskflow"],
        libraries = [],
        linkopts = ["-pthread"],
    ),
    "asio": struct(
        header = "asio.hpp",
        directories = ["asio"],
        libraries = [],
        linkopts = ["-pthread"],
    ),
    "libevent": struct(
        header = "event2/event.h",
        directories = ["event2"],
        libraries = [
            ["libevent_pthreads.a", "libevent_pthreads.so"],
            ["libevent_core.a", "libevent_core.so"],
        ],
        linkopts = ["-pthread"],
    ),
    "libev": struct(
        header = "ev.h",
        directories = [],
        libraries = [["libev.a", "libev.so"]],
        linkopts = ["-lm"],
    ),
    "libuv": struct(
        header = "uv.h",
        directories = ["uv"],
        libraries = [["libuv_a.a", "libuv.a", "libuv.so"]],
        linkopts = ["-pthread", "-ldl"],
    ),
}

_LIBRARY = """
cc_library(
    name = "{name}",
    srcs = {srcs},
    hdrs = glob(["{name}/include/**"]),
    includes = ["{name}/include"],
    linkopts = {linkopts},
    target_compatible_with = {compatible_with},
)
"""

_CPUS = {
    "aarch64": "aarch64",
    "amd64": "x86_64",
    "x86_64": "x86_64",
}

def _first(directories, names):
    for name in names:
        for directory in directories:
            if directory.get_child(name).exists:
                return directory.get_child(name)
    return None

def _multiarch(directory):
    """The directory itself, and its subdirectory for the machine's architecture (Debian)."""
    if not directory.exists:
        return []
    return [directory] + [d for d in directory.readdir() if d.basename.endswith("-linux-gnu")]

def _header(prefix, header):
    path = prefix.get_child("include", *header.split("/"))
    return path if path.exists else None

def _link_headers(repository_ctx, name, prefix, peer):
    include = "%s/include/" % name
    for headers in _multiarch(prefix.get_child("include")):
        found = headers.get_child(peer.header)
        if found.exists and "/" not in peer.header:
            repository_ctx.symlink(found, include + peer.header)
        for directory in peer.directories:
            files = headers.get_child(directory)
            for file in files.readdir() if files.exists else []:
                repository_ctx.symlink(file, include + directory + "/" + file.basename)

def _compatible_with(repository_ctx):
    cpu = _CPUS.get(repository_ctx.os.arch)
    return ["@platforms//os:linux", "@platforms//cpu:" + cpu] if cpu else ["@platforms//os:linux"]

def _library_rule(repository_ctx, name, prefix):
    """The rule for a library that is installed below `prefix`, or None."""
    peer = _PEERS[name]
    if not _header(prefix, peer.header):
        return None
    srcs, linkopts = [], []
    directories = _multiarch(prefix.get_child("lib")) + _multiarch(prefix.get_child("lib64"))
    for names in peer.libraries:
        library = _first(directories, names)
        if not library:
            return None
        if library.basename.endswith(".a"):
            srcs.append("%s/%s" % (name, library.basename))
            repository_ctx.symlink(library, srcs[-1])
        else:
            link = library.basename.removeprefix("lib").removesuffix(".so")
            linkopts += ["-L%s" % library.dirname, "-l" + link]
    _link_headers(repository_ctx, name, prefix, peer)
    return _LIBRARY.format(
        compatible_with = repr(_compatible_with(repository_ctx)),
        linkopts = repr(linkopts + peer.linkopts),
        name = name,
        srcs = repr(srcs),
    )

def _peers_repository_impl(repository_ctx):
    parts = [repository_ctx.os.environ.get(name) for name in ["SOMEOS_BOOST", "SOMEOS_POOLS"]]
    named = repository_ctx.os.environ.get("SOMEOS_PEERS")
    places = [part for part in parts if part] + ([named] if named else ["/usr/local", "/usr"])
    prefixes = [repository_ctx.path(place) for place in places]
    rules = {}
    for name in _PEERS:
        for prefix in prefixes:
            rule = _library_rule(repository_ctx, name, prefix)
            if rule:
                rules[name] = rule
                break
    repository_ctx.file("BUILD.bazel", "\n".join(
        ['load("@rules_cc//cc:cc_library.bzl", "cc_library")', "", 'package(default_visibility = ["//visibility:public"])'] +
        rules.values(),
    ))
    repository_ctx.file("installed.bzl", "INSTALLED = %r\n" % rules.keys())

peers_repository = repository_rule(
    implementation = _peers_repository_impl,
    configure = True,
    doc = "Makes a repository with the libraries to compare with that are installed on the system.",
    environ = ["SOMEOS_BOOST", "SOMEOS_PEERS", "SOMEOS_POOLS"],
    local = True,
)

peers = module_extension(
    implementation = lambda module_ctx: peers_repository(name = "someos_peers"),
    doc = "The same for Bzlmod.",
)
