"""Bazel commands."""

import json
import subprocess

# (Elsewhere there are targets that cannot be analysed, on purpose.)
UNIVERSE = "tests(set(//api/... //backends/... //testing/... //tools/...))"

ENVIRONMENT = """json.encode([str(target.label),
    providers(target)["RunEnvironmentInfo"].environment if "RunEnvironmentInfo" in providers(target) else {}])"""


class Bazel:
    def __init__(self, workspace, configs=()):
        self._workspace = workspace
        self._options = [f"--config={config}" for config in configs]

    def info(self, key):
        return self._print("info", key).strip()

    def commands(self):
        """What builds the tests and all that they are made of, as commands.py reads it."""
        query = f'mnemonic("CppCompile|CppLink|TestRunner", deps({UNIVERSE}))'
        return self._print("aquery", query, "--output=jsonproto", "--noinclude_artifacts", "--include_param_files", "--noshow_progress")

    def environments(self):
        """{test: {variable: value}}, what the tests' own attributes say."""
        lines = self._print("cquery", UNIVERSE, "--output=starlark", f"--starlark:expr={ENVIRONMENT}", "--noshow_progress")
        return {label.lstrip("@"): environment for label, environment in map(json.loads, lines.splitlines())}

    def small(self):
        """The tests that say that they take little time."""
        found = self._print("query", f'attr("size", "small", {UNIVERSE})', "--noshow_progress", with_options=False)
        return set(found.splitlines())

    def build(self, targets):
        subprocess.run(["tools/bazel", "build", *self._options, "--", *targets], cwd=self._workspace, check=True)

    def _print(self, command, *arguments, with_options=True):
        call = ["tools/bazel", command, *(self._options if with_options else []), *arguments]
        run = subprocess.run(call, cwd=self._workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"bazel {command}: exit code {run.returncode}\n{run.stderr}")
        return run.stdout
