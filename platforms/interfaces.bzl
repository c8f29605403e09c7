"""The interfaces of this repository, the mechanisms behind each, and which of them a build links.

INTERFACES is the single table. Derived from it are the flags and their config_settings (BUILD.bazel), the dependencies of
a facade and its generated header, the error message for an impossible choice, target_compatible_with of the backends,
someos.bazelrc, and the cases of the choice tests in //platforms/testing.
"""

load(":systems.bzl", "POSIX_SYSTEMS", "SYSTEMS", "os_constraint")

_KQUEUE_SYSTEMS = ["dragonfly", "freebsd", "macos", "netbsd", "openbsd"]

def _mechanism(systems, auto = None, over = {}, by_name_only = False, license = None):
    """Where a mechanism can be linked.

    Args:
      systems: the systems on which it can be linked.
      auto: those of them on which the flag's value `auto` links it; all by default.
      over: those of them that need a third-party library for it: a dict from system to a repository with the targets
        :installed, for target_compatible_with; :linkable, for select(); and :required, a library that fails with an
        error message if the third-party library is missing. `auto` cannot link the mechanism there.
      by_name_only: neither `auto` nor `all` links it.
      license: that of the third-party library, as SPDX writes it, for people who look at the flag.

    Returns:
      A row of the table.
    """
    return struct(
        auto = [] if by_name_only else systems if auto == None else auto,
        by_name_only = by_name_only,
        license = license,
        over = over,
        systems = systems,
    )

# Interface, mechanism, systems. `auto` and `all` link the mechanisms in this order, and the first one is the default.
INTERFACES = {
    "poller": {
        "epoll": _mechanism(["linux"]),
        "kqueue": _mechanism(
            _KQUEUE_SYSTEMS + ["linux"],
            auto = _KQUEUE_SYSTEMS,
            over = {"linux": "@libkqueue"},
        ),
        "poll": _mechanism(POSIX_SYSTEMS),
        "select": _mechanism(SYSTEMS.keys()),
    },
    "mapping": {
        "mremap": _mechanism(["linux"]),
        "reserve": _mechanism(POSIX_SYSTEMS),
    },
    # Those that notice the death of an owner come first.
    "lock": {
        "robust": _mechanism(["freebsd", "linux"]),
        "file": _mechanism(POSIX_SYSTEMS),
        "semaphore": _mechanism(POSIX_SYSTEMS),
    },
    "thread": {
        "pthread": _mechanism(POSIX_SYSTEMS),
        "dummy": _mechanism(POSIX_SYSTEMS, auto = []),
        "stepped": _mechanism(POSIX_SYSTEMS, auto = []),
    },
    "process": {
        "spawn": _mechanism(POSIX_SYSTEMS),
        "fork": _mechanism(POSIX_SYSTEMS),
        "forkserver": _mechanism(POSIX_SYSTEMS),
        "thread": _mechanism(POSIX_SYSTEMS),
    },
    "line": {
        "plain": _mechanism(POSIX_SYSTEMS),
        "libedit": _mechanism(
            ["linux"],
            by_name_only = True,
            license = "BSD-3-Clause",
            over = {"linux": "@someos_line_libedit"},
        ),
        # Whoever distributes a program that links it has to follow the GPL for the whole program.
        "gnu": _mechanism(
            ["linux"],
            by_name_only = True,
            license = "GPL-3.0-or-later",
            over = {"linux": "@someos_line_gnu"},
        ),
    },
}

# Interfaces that are types and not objects behind a contract: a build links exactly one mechanism, and their flags have
# no value `all`.
_ONE_IS_LINKED = ["thread"]

def values(interface):
    """The possible values of the interface's flag."""
    return ["auto"] + ([] if interface in _ONE_IS_LINKED else ["all"]) + INTERFACES[interface].keys()

def folder(interface, mechanism):
    """The mechanism's folder in //backends, which is also the name of its --config. Pollers have no prefix."""
    return mechanism if interface == "poller" else "%s_%s" % (interface, mechanism)

def licenses(interface):
    """The licences of third-party libraries, "NAME: LICENCE"."""
    return [
        "%s: %s" % (name, where.license)
        for name, where in INTERFACES[interface].items()
        if where.license
    ]

def folders(interface):
    """The folders of all mechanisms of an interface."""
    return [folder(interface, mechanism) for mechanism in INTERFACES[interface]]

def _targets(folders):
    return ["//backends/" + name for name in folders]

def _linked_on(interface, value, system):
    """The folders that are linked on a system if the flag has this value, the default first; none if impossible."""
    mechanisms = INTERFACES[interface]
    if value == "auto":
        return [folder(interface, name) for name, where in mechanisms.items() if system in where.auto]
    if value == "all":
        return [folder(interface, name) for name, where in mechanisms.items() if system in where.systems and not where.by_name_only]
    return [folder(interface, value)] if system in mechanisms[value].systems else []

def choices(interface):
    """All possible choices: (value of the flag, system, linked folders)."""
    every = [
        (value, system, _linked_on(interface, value, system))
        for value in values(interface)
        for system in SYSTEMS
    ]
    return [choice for choice in every if choice[2]]

def choice_setting(interface, value, system):
    """The name of the config_setting of a choice, in //platforms."""
    return "%s_%s_on_%s" % (interface, value, system)

def _and(words):
    """ "a", "a and b", "a, b and c" """
    return words[0] if len(words) == 1 else "%s and %s" % (", ".join(words[:-1]), words[-1])

def impossible(interface):
    """The error message for a choice that a platform does not have."""
    systems_of = {}  # names of systems by the list of their mechanisms
    for system in SYSTEMS:
        has = [
            name + (" over " + where.over[system].lstrip("@") if system in where.over and not where.by_name_only else "")
            for name, where in INTERFACES[interface].items()
            if system in where.systems
        ]
        systems_of.setdefault(_and(has or ["none"]), []).append(SYSTEMS[system].name)
    possible = [
        "%s %s %s" % (_and(names), "has" if len(names) == 1 else "have", has)
        for has, names in systems_of.items()
    ]
    return (
        "someos: the %s flag asks for a backend that this platform does not have. " % interface +
        "; ".join(possible) + "; other systems are not known. " +
        "Set --@someos//platforms:%s to one of these, or to auto." % interface
    )

def _choose(interface, to_value):
    return select({
        "//platforms:" + choice_setting(interface, value, system): to_value(linked)
        for value, system, linked in choices(interface)
    }, no_match_error = impossible(interface))

def linked_folders(interface):
    """A select() over the folders of the backends to link, the default first."""
    return _choose(interface, lambda linked: linked)

def linked_targets(interface):
    """A select() over their targets."""
    return _choose(interface, _targets)

def required_libraries(interface):
    """A select() over the third-party libraries that the choice needs; a missing one is an error with a message."""
    return select({
        "//platforms:" + choice_setting(interface, value, system): [repository + "//:required"]
        for name, where in INTERFACES[interface].items()
        for system, repository in where.over.items()
        for value in [name] + ([] if where.by_name_only else ["all"])
        if value in values(interface)
    } | {"//conditions:default": []})

def links_all_of(interface, mechanisms):
    """For target_compatible_with of targets that need these mechanisms to be linked."""
    return select({
        "//platforms:" + choice_setting(interface, value, system): []
        for value, system, linked in choices(interface)
        if all([folder(interface, mechanism) in linked for mechanism in mechanisms])
    } | {"//conditions:default": ["@platforms//:incompatible"]})

def if_linked(interface, mechanism, if_true, otherwise = []):
    """A select() that is `if_true` where the mechanism is linked."""
    return select({
        "//platforms:" + choice_setting(interface, value, system): if_true
        for value, system, linked in choices(interface)
        if folder(interface, mechanism) in linked
    } | {"//conditions:default": otherwise})

def available(interface, mechanism):
    """For target_compatible_with of a backend: the systems on which it can be built."""
    where = INTERFACES[interface][mechanism]
    return select({
        os_constraint(system): [where.over[system] + "//:installed"] if system in where.over else []
        for system in where.systems
    } | {"//conditions:default": ["@platforms//:incompatible"]})

def exists(interface):
    """For target_compatible_with of what links the choice: the systems that have a backend of the interface at all."""
    return select({
        os_constraint(system): ["@platforms//:incompatible"]
        for system in SYSTEMS
        if not any([system in where.systems for where in INTERFACES[interface].values()])
    } | {"//conditions:default": []})

def _linkable(interface, to_value):
    mechanisms = INTERFACES[interface]
    result = select({
        os_constraint(system): to_value([
            folder(interface, name)
            for name, where in mechanisms.items()
            if system in where.systems and system not in where.over
        ])
        for system in SYSTEMS
    })
    for name, where in mechanisms.items():
        for repository in where.over.values():
            result += select({
                repository + "//:linkable": to_value([folder(interface, name)]),
                "//conditions:default": [],
            })
    return result

def linkable_folders(interface):
    """A select() over the folders of all backends that the system can link, independent of the flag."""
    return _linkable(interface, lambda folders: folders)

def linkable_targets(interface):
    """A select() over their targets."""
    return _linkable(interface, _targets)
