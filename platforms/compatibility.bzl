"""Where each backend can be built: values for target_compatible_with."""

HAS_POSIX = select({
    "//platforms:has_posix": [],
    "//conditions:default": ["@platforms//:incompatible"],
})

HAS_EPOLL = select({
    "//platforms:has_epoll": [],
    "//conditions:default": ["@platforms//:incompatible"],
})

# On Linux if there is a libkqueue.
HAS_KQUEUE = select({
    "//platforms:has_kqueue": [],
    "@platforms//os:linux": ["@libkqueue//:installed"],
    "//conditions:default": ["@platforms//:incompatible"],
})
