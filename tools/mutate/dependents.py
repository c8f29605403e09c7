"""Which tests depend on which file, as Bazel has it for this system and these flags."""

import collections
import re

# (Elsewhere there are targets that cannot be analysed, on purpose.)
UNIVERSE = "tests(set(//api/... //backends/... //testing/... //tools/...))"
SMALL = f'attr("size", "small", {UNIVERSE})'
NODE = re.compile(r"^(\S+) \(\w+\)$", re.MULTILINE)
EDGE = re.compile(r'^ *"(\S+) \(\w+\)" -> "(\S+) \(\w+\)"$', re.MULTILINE)


class Dependents:
    def __init__(self, bazel):
        """`bazel` is a Bazel of the workspace."""
        self._bazel = bazel
        self._tests = self._labels(UNIVERSE)
        graph = bazel.print("cquery", f"deps({UNIVERSE})", "--output=graph", "--nograph:factored", "--noimplicit_deps", "--noshow_progress")
        self._users = collections.defaultdict(set)
        self._used = collections.defaultdict(set)
        for user, used in EDGE.findall(graph):
            self._users[_ours(used)].add(_ours(user))
            self._used[_ours(user)].add(_ours(used))

    def _labels(self, query):
        return set(map(_ours, NODE.findall(self._bazel.print("cquery", query, "--noshow_progress"))))

    def small(self):
        """The tests that say that they take little time."""
        return self._labels(SMALL)

    def files(self):
        """Everything that some test is built of and that may be a file, as a path in the workspace."""
        return [label[2:].replace(":", "/") for label in self._users if label.startswith("//")]

    def tests(self, file):
        """{test: how many targets have to be built anew to run it} of those that depend on the file."""
        label = [label for label in self._users if label.startswith("//") and label[2:].replace(":", "/") == file]
        changed = _reached(label, self._users)
        return {test: len(_reached([test], self._used) & changed) for test in changed & self._tests}


def _reached(start, neighbours):
    """What can be reached from `start` in one step or more."""
    left, reached = list(start), set()
    while left:
        new = neighbours[left.pop()] - reached
        reached |= new
        left.extend(new)
    return reached


def _ours(label):
    """The label of this workspace without the @ that Bazel may put before it."""
    return re.sub(r"^@+(?=//)", "", label)
