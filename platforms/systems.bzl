"""The systems that this library is for."""

# The processors of each system's platforms.
SYSTEMS = {
    "dragonfly": ["x86_64"],
    "freebsd": ["aarch64", "x86_64"],
    "linux": ["aarch64", "armv7", "riscv64", "x86_64"],
    "macos": ["aarch64", "x86_64"],
    "netbsd": ["aarch64", "x86_64"],
    "openbsd": ["aarch64", "x86_64"],
}

# Their names: freebsd_x86_64 and so on.
PLATFORMS = ["%s_%s" % (system, cpu) for system, cpus in SYSTEMS.items() for cpu in cpus]
