"""Declares an interface's flag and the config_settings for the selects of interfaces.bzl."""

load("@bazel_skylib//rules:common_settings.bzl", "string_flag")
load(":interfaces.bzl", "choice_setting", "choices", "licenses", "values")
load(":systems.bzl", "os_constraint")

def interface_flag(interface):
    """--@someos//platforms:INTERFACE=NAME links only that backend.

    auto links all that the platform has; all links also what needs a third-party library. Of threads, auto links one,
    and there is no all. Neither of them links libedit (BSD-3-Clause) or GNU readline (GPL-3.0-or-later: a program that
    is distributed with it has to follow the GPL as a whole); `tools/bazel query --output=build //platforms:line` shows
    the licences as the flag's tags.

    Args:
      interface: a key of INTERFACES.
    """
    string_flag(
        name = interface,
        build_setting_default = "auto",
        tags = licenses(interface),
        values = values(interface),
        visibility = ["//visibility:public"],
    )
    for value, system, _ in choices(interface):
        native.config_setting(
            name = choice_setting(interface, value, system),
            constraint_values = [os_constraint(system)],
            flag_values = {":" + interface: value},
        )
