"""The repositories of the cross toolchains: @someos_freebsd_x86_64 and so on."""

load("//platforms:systems.bzl", "EMULATORS", "PLATFORMS")
load(":emulator.bzl", "emulator_repository")
load(":repository.bzl", "toolchain_repository")

def emulated(platform):
    """Whether programs for a platform can be run on another one: with an emulator.

    Args:
      platform: its name.
    """
    return platform.split("_")[0] in EMULATORS

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
