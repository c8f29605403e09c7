"""Tests which backends a build links, for every platform, every interface and every value of its flag."""

load("//platforms:interfaces.bzl", "INTERFACES", "available", "folder", "linked_folders", "linked_targets", "values")
load("//platforms:systems.bzl", "PLATFORMS")

# Written out by hand, not computed: the documented choices, by interface and system. _AUTO: what `auto` links, the
# default first. _POSSIBLE: what can be linked at all, and what `all` links, except for threads, which have no `all`.
_AUTO = {
    "line": {
        "dragonfly": ["line_plain"],
        "freebsd": ["line_plain"],
        "linux": ["line_plain"],
        "macos": ["line_plain"],
        "netbsd": ["line_plain"],
        "openbsd": ["line_plain"],
    },
    "lock": {
        "dragonfly": ["lock_file", "lock_semaphore"],
        "freebsd": ["lock_robust", "lock_file", "lock_semaphore"],
        "linux": ["lock_robust", "lock_file", "lock_semaphore"],
        "macos": ["lock_file", "lock_semaphore"],
        "netbsd": ["lock_file", "lock_semaphore"],
        "openbsd": ["lock_file", "lock_semaphore"],
    },
    "mapping": {
        "dragonfly": ["mapping_reserve"],
        "freebsd": ["mapping_reserve"],
        "linux": ["mapping_mremap", "mapping_reserve"],
        "macos": ["mapping_reserve"],
        "netbsd": ["mapping_reserve"],
        "openbsd": ["mapping_reserve"],
    },
    "poller": {
        "dragonfly": ["kqueue", "poll", "select"],
        "freebsd": ["kqueue", "poll", "select"],
        "linux": ["epoll", "poll", "select"],
        "macos": ["kqueue", "poll", "select"],
        "netbsd": ["kqueue", "poll", "select"],
        "openbsd": ["kqueue", "poll", "select"],
        "windows": ["select"],
    },
    "process": {
        "dragonfly": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "freebsd": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "linux": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "macos": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "netbsd": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "openbsd": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
    },
    "thread": {
        "dragonfly": ["thread_pthread"],
        "freebsd": ["thread_pthread"],
        "linux": ["thread_pthread"],
        "macos": ["thread_pthread"],
        "netbsd": ["thread_pthread"],
        "openbsd": ["thread_pthread"],
    },
}
_POSSIBLE = {
    "line": {
        "dragonfly": ["line_plain"],
        "freebsd": ["line_plain"],
        "linux": ["line_plain", "line_libedit", "line_gnu"],
        "macos": ["line_plain"],
        "netbsd": ["line_plain"],
        "openbsd": ["line_plain"],
    },
    "lock": {
        "dragonfly": ["lock_file", "lock_semaphore"],
        "freebsd": ["lock_robust", "lock_file", "lock_semaphore"],
        "linux": ["lock_robust", "lock_file", "lock_semaphore"],
        "macos": ["lock_file", "lock_semaphore"],
        "netbsd": ["lock_file", "lock_semaphore"],
        "openbsd": ["lock_file", "lock_semaphore"],
    },
    "mapping": {
        "dragonfly": ["mapping_reserve"],
        "freebsd": ["mapping_reserve"],
        "linux": ["mapping_mremap", "mapping_reserve"],
        "macos": ["mapping_reserve"],
        "netbsd": ["mapping_reserve"],
        "openbsd": ["mapping_reserve"],
    },
    "poller": {
        "dragonfly": ["kqueue", "poll", "select"],
        "freebsd": ["kqueue", "poll", "select"],
        "linux": ["epoll", "kqueue", "poll", "select"],
        "macos": ["kqueue", "poll", "select"],
        "netbsd": ["kqueue", "poll", "select"],
        "openbsd": ["kqueue", "poll", "select"],
        "windows": ["select"],
    },
    "process": {
        "dragonfly": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "freebsd": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "linux": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "macos": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "netbsd": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
        "openbsd": ["process_spawn", "process_fork", "process_forkserver", "process_thread"],
    },
    "thread": {
        "dragonfly": ["thread_pthread", "thread_dummy", "thread_stepped"],
        "freebsd": ["thread_pthread", "thread_dummy", "thread_stepped"],
        "linux": ["thread_pthread", "thread_dummy", "thread_stepped"],
        "macos": ["thread_pthread", "thread_dummy", "thread_stepped"],
        "netbsd": ["thread_pthread", "thread_dummy", "thread_stepped"],
        "openbsd": ["thread_pthread", "thread_dummy", "thread_stepped"],
    },
}

# Backends that need a library which may be missing on this machine: whether they can be built is not checked.
_OVER_LIBRARIES = [("linux", "kqueue"), ("linux", "line_gnu"), ("linux", "line_libedit")]

# Backends that only their own names link, and not `all`.
_BY_NAME_ONLY = ["line_gnu", "line_libedit"]

def _system(platform):
    return platform.split("_")[0]

def _expected(interface, value, platform):
    """The folders to link, the default first, or None for an impossible choice."""
    system = _system(platform)
    if value == "auto":
        return _AUTO[interface].get(system)
    if value == "all":
        linked = [name for name in _POSSIBLE[interface].get(system, []) if name not in _BY_NAME_ONLY]
        return linked or None
    name = folder(interface, value)
    return [name] if name in _POSSIBLE[interface].get(system, []) else None

def _choices(possible):
    return [
        struct(interface = interface, value = value, platform = platform, name = "%s_%s_%s" % (interface, value, platform))
        for interface in INTERFACES
        for platform in PLATFORMS + ["fuchsia_x86_64"]  # an unsupported one
        for value in values(interface)
        if (_expected(interface, value, platform) != None) == possible
    ]

def _settings(interface, value, platform):
    package = "platforms/testing" if _system(platform) == "fuchsia" else "platforms"
    settings = {"//platforms:" + name: "auto" for name in INTERFACES}
    settings["//platforms:" + interface] = value
    settings["//command_line_option:platforms"] = str(Label("//%s:%s" % (package, platform)))
    return settings

_OUTPUTS = ["//command_line_option:platforms"] + ["//platforms:" + interface for interface in INTERFACES]

_every_possible_choice = transition(
    implementation = lambda settings, attr: {
        choice.name: _settings(choice.interface, choice.value, choice.platform)
        for choice in _choices(possible = True)
        if choice.interface == attr.interface
    },
    inputs = [],
    outputs = _OUTPUTS,
)

_one_choice = transition(
    implementation = lambda settings, attr: _settings(attr.interface, attr.value, attr.platform),
    inputs = [],
    outputs = _OUTPUTS,
)

_AvailableInfo = provider(
    doc = "Whether target_compatible_with admits a backend on one platform.",
    fields = ["folder", "buildable"],
)

def _availability_impl(ctx):
    incompatible = Label("@platforms//:incompatible")
    return [_AvailableInfo(
        folder = ctx.attr.folder,
        buildable = incompatible not in [constraint.label for constraint in ctx.attr.constraints],
    )]

_availability = rule(
    implementation = _availability_impl,
    attrs = {
        "constraints": attr.label_list(),
        "folder": attr.string(),
    },
)

_ChoiceInfo = provider(
    doc = "The results of the selects for one platform and one value of the flag.",
    fields = {
        "buildable": "The folders of the backends that target_compatible_with admits.",
        "folders": "linked_folders()",
        "targets": "linked_targets()",
    },
)

def _choice_impl(ctx):
    backends = [backend[_AvailableInfo] for backend in ctx.attr.backends]
    return [_ChoiceInfo(
        buildable = [backend.folder for backend in backends if backend.buildable],
        folders = ctx.attr.folders,
        targets = ctx.attr.targets,
    )]

_choice = rule(
    implementation = _choice_impl,
    attrs = {
        "backends": attr.label_list(providers = [_AvailableInfo]),
        "folders": attr.string_list(),
        "targets": attr.string_list(),
    },
)

def _wrong(choice, found):
    """What is wrong with the results for a choice, or None."""
    expected = _expected(choice.interface, choice.value, choice.platform)
    if found.folders != expected:
        return "links %s instead of %s" % (found.folders, expected)
    if found.targets != ["//backends/" + name for name in expected]:
        return "links the targets %s" % found.targets
    system = _system(choice.platform)
    for mechanism in INTERFACES[choice.interface]:
        name = folder(choice.interface, mechanism)
        possible = name in _POSSIBLE[choice.interface][system]
        if (system, name) not in _OVER_LIBRARIES and (name in found.buildable) != possible:
            return "is wrong about whether %s can be built" % name
    return None

def _choice_test_impl(ctx):
    lines = []
    failed = 0
    for choice in _choices(possible = True):
        if choice.interface != ctx.attr.interface:
            continue
        wrong = _wrong(choice, ctx.split_attr.choice[choice.name][_ChoiceInfo])
        failed += 1 if wrong else 0
        verdict = wrong or " ".join(_expected(choice.interface, choice.value, choice.platform))
        lines.append("%s %s %s=%s: %s" % ("FAIL" if wrong else "ok  ", choice.platform, choice.interface, choice.value, verdict))
    lines.append("%d passed, %d failed" % (len(lines) - failed, failed))
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/bin/sh\ncat <<'END'\n%s\nEND\nexit %d\n" % ("\n".join(lines), 1 if failed else 0),
        is_executable = True,
    )
    return [DefaultInfo(executable = script)]

_TRANSITIONS_ALLOWED = attr.label(
    default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
)

_choice_test = rule(
    implementation = _choice_test_impl,
    test = True,
    attrs = {
        "choice": attr.label(cfg = _every_possible_choice, providers = [_ChoiceInfo]),
        "interface": attr.string(),
        "_allowlist_function_transition": _TRANSITIONS_ALLOWED,
    },
)

_impossible_choice = rule(
    implementation = lambda ctx: [],
    attrs = {
        "choice": attr.label(cfg = _one_choice),
        "interface": attr.string(),
        "platform": attr.string(),
        "value": attr.string(),
        "_allowlist_function_transition": _TRANSITIONS_ALLOWED,
    },
)

def choice_tests():
    """A test of all possible choices of each interface, and a target for each impossible one.

    The analysis of the latter must fail; `.ci/run impossible` asserts that it does, each with the error message that
    lists what is possible.
    """
    for interface, mechanisms in INTERFACES.items():
        for mechanism in mechanisms:
            _availability(
                name = "%s_%s_availability" % (interface, mechanism),
                testonly = True,
                constraints = available(interface, mechanism),
                folder = folder(interface, mechanism),
                tags = ["manual"],
            )
        _choice(
            name = interface + "_choice",
            testonly = True,
            backends = ["%s_%s_availability" % (interface, mechanism) for mechanism in mechanisms],
            folders = linked_folders(interface),
            tags = ["manual"],  # cannot be analysed for an unsupported platform
            targets = linked_targets(interface),
        )
        _choice_test(
            name = interface + "_choice_test",
            size = "small",
            choice = interface + "_choice",
            interface = interface,
        )
    for choice in _choices(possible = False):
        _impossible_choice(
            name = "impossible_" + choice.name,
            testonly = True,
            choice = choice.interface + "_choice",
            interface = choice.interface,
            platform = choice.platform,
            tags = ["manual"],
            value = choice.value,
        )
