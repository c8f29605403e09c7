"""The commands with which Bazel compiles each source and links each test."""

import collections
import json
from typing import NamedTuple


class Compile(NamedTuple):
    source: str
    object: str
    arguments: list


class Test(NamedTuple):
    program: str
    compiler: str
    linked: list  # what stands in the file of parameters for the compiler, which would be too long for a command
    arguments: list
    environment: dict


class Commands:
    """All paths are relative to Bazel's execution root; a file of the workspace has the same path in both."""

    def __init__(self, actions, environments):
        """`actions` is what `bazel aquery --output=jsonproto --include_param_files` prints; {test: its environment}"""
        container = json.loads(actions)
        labels = {target["id"]: target["label"].lstrip("@") for target in container["targets"]}
        by_mnemonic = collections.defaultdict(list)
        for action in container.get("actions", []):
            by_mnemonic[action["mnemonic"]].append((labels[action["targetId"]], action))
        self.compiles = collections.defaultdict(list)  # {source: its Compiles}
        for _, action in by_mnemonic["CppCompile"]:
            self._add_compile(action["arguments"])
        self.tests = {}  # {label: its Test}
        self._users = collections.defaultdict(set)  # {object: the tests that it is linked into}
        runs = {label: action["arguments"] for label, action in by_mnemonic["TestRunner"]}
        for label, action in by_mnemonic["CppLink"]:
            if label in runs:
                self._add_test(label, action, runs[label], environments.get(label, {}))

    def _add_compile(self, arguments):
        if "-c" in arguments:
            source, output = behind(arguments, "-c"), behind(arguments, "-o")
            self.compiles[source].append(Compile(source, output, arguments))

    def _add_test(self, label, action, run, environment):
        linked = [argument for file in action.get("paramFiles", []) for argument in file["arguments"]]
        if "-o" not in linked:
            return
        # (The first two of `run` are Bazel's script and the program.)
        self.tests[label] = Test(behind(linked, "-o"), action["arguments"][0], linked, run[2:], environment)
        for argument in linked:
            self._users[argument].add(label)

    def objects(self, sources):
        """{object: its Compile} of these sources."""
        return {compile.object: compile for source in sources for compile in self.compiles.get(source, [])}

    def tests_with(self, objects):
        """{test: how many of these objects are linked into it} of those that link any."""
        return collections.Counter(label for name in objects for label in self._users.get(name, ()))


def behind(arguments, option):
    return arguments[arguments.index(option) + 1]
