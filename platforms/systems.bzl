"""The systems that this library supports."""

def _system(name, cpus, constraint = None):
    return struct(name = name, cpus = cpus, constraint = constraint)

# The name of each system in messages, and the processors of its platforms. @platforms has no
# constraint value for DragonFly BSD.
SYSTEMS = {
    "dragonfly": _system("DragonFly BSD", ["x86_64"], "//platforms:dragonfly"),
    "freebsd": _system("FreeBSD", ["aarch64", "x86_64"]),
    "linux": _system("Linux", ["aarch64", "armv7", "riscv64", "x86_64"]),
    "macos": _system("macOS", ["aarch64", "x86_64"]),
    "netbsd": _system("NetBSD", ["aarch64", "x86_64"]),
    "openbsd": _system("OpenBSD", ["aarch64", "x86_64"]),
    "windows": _system("Windows", ["x86_64"]),
}

# What runs the programs of a system on another platform.
EMULATORS = {
    "linux": "qemu",
    "windows": "wine",
}

# All but Windows.
POSIX_SYSTEMS = [system for system in SYSTEMS if system != "windows"]

# For target_compatible_with of what needs descriptors, processes or signals as POSIX has them.
NEEDS_POSIX = select({
    "@platforms//os:windows": ["@platforms//:incompatible"],
    "//conditions:default": [],
})

# The packages that are ported to Windows: in all others every C++ target needs POSIX.
PORTED_TO_WINDOWS = [
    "api",
    "backends/base",
    "backends/poller_base",
    "backends/select",
    "backends/transfer_splice",
    "testing",
    "testing/poller",
    "testing/poller/behaviour",
    "tools/pollers",
    "tools/relay",
    "tools/relay/demo",
]

# The names of their platforms: freebsd_x86_64 and so on.
PLATFORMS = ["%s_%s" % (key, cpu) for key, system in SYSTEMS.items() for cpu in system.cpus]

def posix_or_windows(posix, windows):
    """A select() of what only one of both has, such as its source files."""
    return select({
        "@platforms//os:windows": windows,
        "//conditions:default": posix,
    })

def os_constraint(system):
    """The constraint value of @platforms//os for a system."""
    return SYSTEMS[system].constraint or "@platforms//os:" + system

def platform_constraints(platform):
    """The constraint values of a platform of PLATFORMS."""
    system, cpu = platform.split("_", 1)
    return ["@platforms//cpu:" + cpu, os_constraint(system)]
