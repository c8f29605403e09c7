"""Generates the lines of someos.bazelrc from the tables of interfaces and systems."""

load(":interfaces.bzl", "INTERFACES", "folder")
load(":systems.bzl", "EMULATORS", "PLATFORMS", "SYSTEMS")

def backend_lines():
    """--config=<folder> for each backend."""
    return [
        "build:%s --@someos//platforms:%s=%s" % (folder(interface, mechanism), interface, mechanism)
        for interface, mechanisms in INTERFACES.items()
        for mechanism in mechanisms
    ]

def platform_lines():
    """--config=<platform> for each platform."""
    return ["build:{0} --platforms=@someos//platforms:{0} --platform_suffix={0}".format(name) for name in PLATFORMS]

def emulator_lines():
    """--config=qemu_<processor> for each processor of Linux, and wine_<processor> for each of Windows."""
    return [
        "build:{0}_{1} --config={2}_{1} --run_under=@someos//platforms/toolchains:run_{2}_{1}".format(emulator, cpu, system)
        for system, emulator in EMULATORS.items()
        for cpu in SYSTEMS[system].cpus
    ]
