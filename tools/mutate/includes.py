"""Which of our sources are compiled with which of our headers."""

import collections
import pathlib
import re

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"someos/([^"]+)"', re.MULTILINE)


class Includes:
    def __init__(self, root, sources):
        """Follows the includes of `sources`, which are paths below `root`, as those of the headers are."""
        self._root = pathlib.Path(root)
        self._direct = {}
        left = list(sources)
        while left:
            file = left.pop()
            if file not in self._direct:
                self._direct[file] = self._included(file)
                left.extend(self._direct[file])
        self._includers = collections.defaultdict(set)
        for file, included in self._direct.items():
            for header in included:
                self._includers[header].add(file)

    def files(self):
        """The sources, and all headers of the workspace that one of them includes."""
        return {file for file in self._direct if (self._root / file).is_file()}  # (the build generates others)

    def compiled_with(self, file):
        """The files whose compilation reads `file`: itself and all that include it, some of which are headers."""
        found, left = {file}, [file]
        while left:
            new = self._includers[left.pop()] - found
            found |= new
            left.extend(new)
        return found

    def _included(self, file):
        path = self._root / file
        return set(INCLUDE.findall(path.read_text())) if path.is_file() else set()
