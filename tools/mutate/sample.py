"""All mutations of the library's files, and the sample of them that a seed draws."""

import collections
import dataclasses
import hashlib
import pathlib
import re

from operators import OPERATORS
from source import Source

# The library's own files: neither tests nor the system calls that fail on purpose, nor a table of what Unicode says.
LIBRARY = re.compile(r"(?:api|backends)/\w+(?:/\w+)*\.(?:h|cc)")
NOT_LIBRARY = re.compile(r"(?:_test|_fuzz|_faults|/character_width_table)\.(?:h|cc)$")


@dataclasses.dataclass(frozen=True)
class Mutation:
    file: str
    line: int
    text: str  # of the line, without the white space around it
    operator: str
    name: str  # one of its kind in the file, together with the text
    start: int  # offsets in the file
    end: int
    replacement: str

    def key(self):
        """What names it as long as nobody changes the line."""
        return (self.file, self.text, self.name)

    def applied(self, source):
        return source[: self.start] + self.replacement + source[self.end :]

    def changed_text(self, source):
        """The line as it is with the mutation."""
        before = source[: self.start].rpartition("\n")[2]
        behind = source[self.end :].partition("\n")[0]
        return (before + self.replacement + behind).strip()


def is_library(file):
    return bool(LIBRARY.fullmatch(file)) and not NOT_LIBRARY.search(file)


def mutations_of(file, text, macros):
    """All mutations of a file, in the order of its lines. `macros` as in conditions.py."""
    compiled = {(m.start, m.end, m.replacement) for m in _found(file, text, macros)}
    # Those of other systems' branches have numbers, too: a mutation has the same name everywhere.
    return [m for m in _numbered(_found(file, text, {})) if (m.start, m.end, m.replacement) in compiled]


def _found(file, text, macros):
    source = Source(file, text, macros)
    found = []
    for operator, edits in OPERATORS.items():
        for edit in edits(source):
            line, line_text = source.line(edit.start), source.line_text(edit.start)
            found.append(Mutation(file, line, line_text, operator, edit.name, edit.start, edit.end, edit.replacement))
    return sorted(found, key=lambda mutation: (mutation.start, mutation.end, mutation.name))


def _numbered(mutations):
    """Adds #1, #2, ... to the names of those that have the same name and the same text."""
    count = collections.Counter(mutation.key() for mutation in mutations)
    seen = collections.Counter()
    for mutation in mutations:
        key = mutation.key()
        seen[key] += 1
        yield mutation if count[key] == 1 else dataclasses.replace(mutation, name=f"{mutation.name} #{seen[key]}")


def all_mutations(root, files, macros):
    return [m for file in sorted(files) for m in mutations_of(file, pathlib.Path(root, file).read_text(), macros)]


def draw(mutations, seed, count):
    """The same ones for a seed, also after other lines were changed, and in the same order: those of a smaller count first."""

    def rank(mutation):
        return hashlib.sha256("|".join((str(seed), *mutation.key())).encode()).digest()

    return sorted(mutations, key=rank)[:count]
