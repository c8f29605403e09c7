"""Tests which backends a build links, for every platform and every value of the poller flag."""

load("//platforms:backends.bzl", "POLLER_VALUES", "linked_backend_names", "linked_backend_targets")
load("//platforms:compatibility.bzl", "HAS_EPOLL", "HAS_KQUEUE", "HAS_POSIX")
load("//platforms:systems.bzl", "PLATFORMS")

# Written out, not computed: what design and documentation promise.
_AUTO = {
    "dragonfly": ["kqueue", "poll", "select"],
    "freebsd": ["kqueue", "poll", "select"],
    "linux": ["epoll", "poll", "select"],
    "macos": ["kqueue", "poll", "select"],
    "netbsd": ["kqueue", "poll", "select"],
    "openbsd": ["kqueue", "poll", "select"],
}
_POSSIBLE = {
    "dragonfly": ["select", "poll", "kqueue"],
    "freebsd": ["select", "poll", "kqueue"],
    "linux": ["select", "poll", "epoll", "kqueue"],
    "macos": ["select", "poll", "kqueue"],
    "netbsd": ["select", "poll", "kqueue"],
    "openbsd": ["select", "poll", "kqueue"],
}

def _system(platform):
    return platform.split("_")[0]

def _expected(platform, poller):
    """The backends to link, the default first, or None for an impossible pair."""
    system = _system(platform)
    if poller == "auto":
        return _AUTO.get(system)
    return [poller] if poller in _POSSIBLE.get(system, []) else None

def _pairs(possible):
    return [
        (platform, poller)
        for platform in PLATFORMS + ["windows_x86_64"]  # one that is unknown here
        for poller in POLLER_VALUES
        if (_expected(platform, poller) != None) == possible
    ]

def _settings(platform, poller):
    package = "platforms/testing" if _system(platform) == "windows" else "platforms"
    return {
        "//command_line_option:platforms": str(Label("//%s:%s" % (package, platform))),
        "//platforms:poller": poller,
    }

_OUTPUTS = ["//command_line_option:platforms", "//platforms:poller"]

_every_possible_pair = transition(
    implementation = lambda settings, attr: {
        "%s --config=%s" % pair: _settings(*pair)
        for pair in _pairs(possible = True)
    },
    inputs = [],
    outputs = _OUTPUTS,
)

_one_pair = transition(
    implementation = lambda settings, attr: _settings(attr.platform, attr.poller),
    inputs = [],
    outputs = _OUTPUTS,
)

_ChoiceInfo = provider(
    doc = "What the build's selects say under one platform and one value of the flag.",
    fields = {
        "buildable": "Which backends target_compatible_with admits.",
        "names": "linked_backend_names()",
        "targets": "linked_backend_targets()",
    },
)

def _choice_impl(ctx):
    incompatible = Label("@platforms//:incompatible")
    constraints = {"epoll": ctx.attr.epoll, "kqueue": ctx.attr.kqueue, "poll": ctx.attr.posix, "select": ctx.attr.posix}
    return [_ChoiceInfo(
        buildable = [name for name, values in constraints.items() if incompatible not in [v.label for v in values]],
        names = ctx.attr.names,
        targets = ctx.attr.targets,
    )]

_choice = rule(
    implementation = _choice_impl,
    attrs = {
        "epoll": attr.label_list(),
        "kqueue": attr.label_list(),
        "names": attr.string_list(),
        "posix": attr.label_list(),
        "targets": attr.string_list(),
    },
)

def _wrong(pair, choice):
    """What is wrong with the choice of a pair, or None."""
    platform, poller = pair
    expected = _expected(platform, poller)
    if choice.names != expected:
        return "links %s instead of %s" % (choice.names, expected)
    if choice.targets != ["//backends/" + name for name in expected]:
        return "links the targets %s" % choice.targets
    for name in ["epoll", "kqueue", "poll", "select"]:
        if name == "kqueue" and _system(platform) == "linux":
            continue  # depends on whether there is a libkqueue
        if (name in choice.buildable) != (name in _POSSIBLE[_system(platform)]):
            return "is wrong about whether %s can be built" % name
    return None

def _choice_test_impl(ctx):
    lines = []
    failed = 0
    for pair in _pairs(possible = True):
        name = "%s --config=%s" % pair
        wrong = _wrong(pair, ctx.split_attr.choice[name][_ChoiceInfo])
        failed += 1 if wrong else 0
        lines.append("%s %s: %s" % ("FAIL" if wrong else "ok  ", name, wrong or " ".join(_expected(*pair))))
    lines.append("%d passed, %d failed" % (len(lines) - failed, failed))
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/bin/sh\ncat <<'END'\n%s\nEND\nexit %d\n" % ("\n".join(lines), 1 if failed else 0),
        is_executable = True,
    )
    return [DefaultInfo(executable = script)]

_choice_test = rule(
    implementation = _choice_test_impl,
    test = True,
    attrs = {
        "choice": attr.label(cfg = _every_possible_pair, providers = [_ChoiceInfo]),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

_impossible_choice = rule(
    implementation = lambda ctx: [],
    attrs = {
        "choice": attr.label(cfg = _one_pair),
        "platform": attr.string(),
        "poller": attr.string(),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def choice_test(name):
    """A test of all possible pairs, and a target for each impossible one, which must fail to be analysed.

    .ci/run asserts that the latter do, each with the sentence that says what is possible.

    Args:
      name: of the test.
    """
    _choice(
        name = "choice",
        testonly = True,
        epoll = HAS_EPOLL,
        kqueue = HAS_KQUEUE,
        names = linked_backend_names(),
        posix = HAS_POSIX,
        tags = ["manual"],  # has no answer for a platform that is not known
        targets = linked_backend_targets(),
    )
    _choice_test(name = name, choice = ":choice", size = "small")
    for platform, poller in _pairs(possible = False):
        _impossible_choice(
            name = "impossible_%s_%s" % (platform, poller),
            testonly = True,
            choice = ":choice",
            platform = platform,
            poller = poller,
            tags = ["manual"],
        )
