"""The mutations that no test has to notice, each with the reason why no user could see it: left.txt."""

import pathlib

LEFT = "tools/mutate/left.txt"


def parse(text):
    """{(file, text of the line, name of the mutation): why}; ValueError for a line that is none of this."""
    reasons = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        file, _, rest = line.partition(" | ")
        parts = rest.rsplit(" | ", 2)  # a line of C++ may have such a bar itself
        if len(parts) != 3 or not all(map(str.strip, [file, *parts])):
            raise ValueError(f"line {number} is not of the form: file | text | mutation | why")
        code, name, why = parts
        if (file, code, name) in reasons:
            raise ValueError(f"line {number} is there twice")
        reasons[file, code, name] = why
    return reasons


def read(root):
    try:
        return parse(pathlib.Path(root, LEFT).read_text())
    except ValueError as error:
        raise SystemExit(f"mutate: {LEFT}: {error}") from error


def stale(reasons, mutations):
    """The keys of those that no mutation of any file has (any more)."""
    known = {mutation.key() for mutation in mutations}
    return [key for key in reasons if key not in known]


def entry(mutation, why="WHY"):
    return " | ".join((*mutation.key(), why))
