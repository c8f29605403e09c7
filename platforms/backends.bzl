"""Which backends a build links, from its platform and the `poller` flag."""

# What the flag may say.
POLLER_VALUES = ["auto", "select", "poll", "epoll", "kqueue"]

IMPOSSIBLE = (
    "someos: the poller flag asks for a backend that this platform does not have. " +
    "Linux has select, poll, epoll, and kqueue over libkqueue; FreeBSD, OpenBSD, NetBSD, " +
    "DragonFly BSD and macOS have select, poll and kqueue; other systems are not known. " +
    "Set --@someos//platforms:poller to one of these, or to auto."
)

def _choose(to_value):
    return select({
        "//platforms:auto_on_kqueue_os": to_value(["kqueue", "poll", "select"]),
        "//platforms:auto_on_linux": to_value(["epoll", "poll", "select"]),
        "//platforms:only_epoll": to_value(["epoll"]),
        "//platforms:only_kqueue": to_value(["kqueue"]),
        "//platforms:only_kqueue_on_linux": to_value(["kqueue"]),
        "//platforms:only_poll": to_value(["poll"]),
        "//platforms:only_select": to_value(["select"]),
    }, no_match_error = IMPOSSIBLE)

def linked_backend_names():
    """A select() over the names of the backends to link."""
    return _choose(lambda names: names)

def linked_backend_targets():
    """A select() over their targets."""
    return _choose(lambda names: ["//backends/" + name for name in names])
