"""The outcomes so far, in a file of the scratch directory, so that a run that was interrupted can go on."""

import json

from trial import Outcome


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
