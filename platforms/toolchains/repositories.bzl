"""The repositories of the cross toolchains: @someos_freebsd_x86_64 and so on."""

load("//platforms:systems.bzl", "PLATFORMS")
load(":emulator.bzl", "emulator_repository")
load(":repository.bzl", "toolchain_repository")

def emulated(platform):
    """Whether programs for a platform can be run on another one: of Linux in qemu, of Windows in wine.

    Args:
      platform: its name.
    """
    return platform.startswith("linux_") or platform.startswith("windows_")

def toolchain_repositories():
    """Declares them; each one is made when a build for its platform needs it."""
    for platform in PLATFORMS:
        toolchain_repository(name = "someos_" + platform, platform = platform)
        if emulated(platform):
            emulator_repository(name = "someos_%s_emulator" % platform, platform = platform)

toolchains = module_extension(
    implementation = lambda module_ctx: toolchain_repositories(),
    doc = "The same for Bzlmod.",
)
