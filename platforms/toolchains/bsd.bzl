"""Sysroots of the BSDs: /usr/include, /lib and /usr/lib of the system."""

load(":find.bzl", "existing")

# Where the contents of a sysroot come from, for messages.
_SETS = {
    "dragonfly": "a DragonFly BSD system",
    "freebsd": "FreeBSD's base.txz",
    "netbsd": "NetBSD's sets base and comp",
    "openbsd": "OpenBSD's sets base and comp",
}

_MISSING = (
    "someos: --config={platform} needs the headers and libraries of {sets}: give " +
    "--repo_env={variable}=/absolute/path/where/they/are/unpacked, or =URL#sha256 of each archive, with commas between."
)

_NO_HEADERS = "someos: {variable} names {directory}, which holds no usr/include/sys/event.h of {sets}."

# Parts of an archive that a compiler does not need, and that are a large part of its size.
_EXCLUDED = ["bin", "boot", "dev", "etc", "rescue", "root", "sbin", "stand", "usr/bin", "usr/games", "usr/libdata", "usr/libexec"] + [
    "usr/lib/debug",
    "usr/mdec",
    "usr/sbin",
    "usr/share",
    "usr/tests",
    "var",
]

def _definitions(header):
    """A dict of the lines "#define NAME VALUE" of a header: from name to the first word of the value."""
    definitions = {}
    for line in header.split("\n"):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if len(words) > 2 and words[0] == "#define":
            definitions[words[1]] = words[2]
    return definitions

def _version(system, definitions):
    """The version of the system in the form that clang uses in a target's name; "" if it is unknown."""
    if system == "openbsd":
        names = [name for name in definitions if name.startswith("OpenBSD") and "_" in name]
        return names[0][len("OpenBSD"):].replace("_", ".") if names else ""
    name, major, minor, minors = {
        "dragonfly": ("__DragonFly_version", 100000, 10000, 10),
        "freebsd": ("__FreeBSD_version", 100000, 1000, 100),
        "netbsd": ("__NetBSD_Version__", 100000000, 1000000, 100),
    }[system]
    number = definitions.get(name, "")
    return "%d.%d" % (int(number) // major, int(number) // minor % minors) if number.isdigit() else ""

def _unpack(repository_ctx, archives):
    """Unpacks archives, specified as URL#sha256, into a directory of the repository."""
    directory = repository_ctx.path("sysroot")
    repository_ctx.execute(["mkdir", directory])
    for index, archive in enumerate(archives.split(",")):
        url, _, sha256 = archive.partition("#")
        if not sha256:
            fail("someos: %s needs #sha256 behind it, so that builds are made of what was meant" % url)
        file = "archive%d" % index
        repository_ctx.download(url, file, sha256 = sha256.removeprefix("sha256="))
        command = ["tar", "-x", "-C", directory, "-f", file] + ["--exclude=./" + name for name in _EXCLUDED]
        result = repository_ctx.execute(command, timeout = 1800)
        if result.return_code != 0:
            fail("someos: %s cannot be unpacked: %s" % (url, result.stderr))
        repository_ctx.delete(file)
    return directory

def _name_libraries(repository_ctx, directory):
    """Makes links lib*.so for OpenBSD, whose own linker finds lib*.so.MAJOR.MINOR without them."""
    newest = {}
    for path in directory.get_child("usr", "lib").readdir():
        name, so, version = path.basename.partition(".so.")
        numbers = version.split(".")
        if not so or [n for n in numbers if not n.isdigit()]:
            continue
        key = [int(n) for n in numbers]
        if name not in newest or key > newest[name][0]:
            newest[name] = (key, path)
    for name, (_, path) in newest.items():
        repository_ctx.symlink(path, "lib/%s.so" % name)
    return ["-L%s" % repository_ctx.path("lib")]

def _cxx(repository_ctx, directory):
    """Flags for the C++ library of the sysroot, and the directories of its headers if they are not in the sysroot."""
    if existing(directory, ["usr/include/c++/v1"]):
        return ["-stdlib=libc++"], []
    if existing(directory, ["usr/include/g++", "usr/include/c++"]):
        return ["-stdlib=libstdc++"], []

    # Headers are sufficient to compile against a sysroot without a C++ library, but not to link.
    headers = repository_ctx.getenv("SOMEOS_LIBCXX_HEADERS")
    if headers:
        return ["-stdlib=libc++", "-cxx-isystem", headers], [headers]
    return ["-stdlib=libc++"], []

def find_bsd_sysroot(repository_ctx, platform):
    """A sysroot for a BSD: the directory or the archives that the user specifies.

    Args:
      repository_ctx: of the repository that needs it.
      platform: its name.
    """
    system, cpu = platform.split("_", 1)
    variable = "SOMEOS_%s_SYSROOT" % system.upper()
    own_variable = "SOMEOS_%s_SYSROOT" % platform.upper()  # for builds for several processors
    named = repository_ctx.getenv(own_variable) or repository_ctx.getenv(variable)
    if not named:
        return struct(missing = _MISSING.format(platform = platform, sets = _SETS[system], variable = variable))
    directory = _unpack(repository_ctx, named) if "://" in named else repository_ctx.path(named)
    event_h = directory.get_child("usr", "include", "sys", "event.h")
    param_h = directory.get_child("usr", "include", "sys", "param.h")
    if not event_h.exists:
        if "://" not in named:
            repository_ctx.watch(event_h)
        return struct(missing = _NO_HEADERS.format(directory = named, sets = _SETS[system], variable = variable))

    cxx_flags, system_includes = _cxx(repository_ctx, directory)
    link_flags, dynamic_link_flags, static_link_flags = cxx_flags[:1], [], []
    if system == "openbsd":
        dynamic_link_flags = _name_libraries(repository_ctx, directory)

        # clang uses the start-up code of a position-independent program, which OpenBSD's own linker makes by default.
        static_link_flags = ["-pie"]
    if system == "netbsd" and "-stdlib=libstdc++" in cxx_flags:
        # libstdc++ needs GCC's unwinder, which clang expects in another library on this system.
        dynamic_link_flags = ["-lgcc_s", "-lgcc"]
        static_link_flags = ["-lgcc_eh", "-lgcc"]
    version = _version(system, _definitions(repository_ctx.read(param_h, watch = "no")))
    return struct(
        compile_flags = [],
        cxx_flags = cxx_flags,
        directory = directory,
        dynamic_link_flags = dynamic_link_flags,
        link_flags = link_flags,
        missing = None,
        static_link_flags = static_link_flags,
        system_includes = system_includes,
        triple = "%s-unknown-%s%s" % (cpu, system, version),
    )
