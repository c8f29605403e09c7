"""The outcomes so far, in a file of --directory, so that a run that was interrupted can go on."""

import hashlib
import json
import subprocess

from trial import Outcome


def sources_digest(workspace):
    """Stands for what is in the files that belong to the workspace."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=workspace, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    digest = hashlib.sha256()
    for name in sorted(name for name in names if name and (workspace / name).is_file()):
        digest.update(name.encode() + b"\0" + (workspace / name).read_bytes() + b"\0")
    return digest.hexdigest()


class Journal:
    def __init__(self, path, digest):
        """`digest` stands for all sources and tests: what was found out with others is forgotten."""
        self._path = path
        self._outcomes = {}
        if path.exists():
            lines = path.read_text().splitlines()
            if lines and lines[0] == digest:
                for line in lines[1:]:
                    record = json.loads(line)
                    self._outcomes[tuple(record["key"])] = Outcome(*record["outcome"])
                return
        path.write_text(digest + "\n")

    def get(self, mutation):
        return self._outcomes.get(mutation.key())

    def add(self, mutation, outcome):
        with self._path.open("a") as file:
            file.write(json.dumps({"key": mutation.key(), "outcome": outcome}) + "\n")
