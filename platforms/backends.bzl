"""Which backends a build links, from its platform and the `poller` flag."""

# What the flag may say.
POLLER_VALUES = ["auto", "select", "poll", "epoll", "kqueue"]

IMPOSSIBLE = (
    "someos: the poller flag asks for a backend that this platform does not have. " +
    "Linux has select, poll, epoll, and kqueue over libkqueue; FreeBSD, OpenBSD, NetBSD, " +
    "DragonFly BSD and macOS have select, poll and kqueue; other systems are not known. " +
    "Set --@someos//platforms:poller to one of these, or to auto."
)

def linked_backends(choose):
    """A select() over the backends to link, the default first.

    Args:
      choose: a function from a list of backend names to the value of the attribute.
    """
    return select({
        "//platforms:auto_on_linux": choose(["epoll", "poll", "select"]),
        "//platforms:auto_on_kqueue_os": choose(["kqueue", "poll", "select"]),
        "//platforms:only_select": choose(["select"]),
        "//platforms:only_poll": choose(["poll"]),
        "//platforms:only_epoll": choose(["epoll"]),
        "//platforms:only_kqueue": choose(["kqueue"]),
        "//platforms:only_kqueue_on_linux": choose(["kqueue"]),
    }, no_match_error = IMPOSSIBLE)
