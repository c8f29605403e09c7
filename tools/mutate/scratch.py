"""A copy of the workspace in which mutations are planted, with an output base and a cache of its own."""

import filecmp
import hashlib
import os
import pathlib
import shutil
import subprocess


class Scratch:
    def __init__(self, workspace, directory):
        """`directory` may hold an earlier copy, which is brought up to date."""
        self.workspace = pathlib.Path(directory, "workspace")
        self.startup = [f"--output_base={pathlib.Path(directory, 'output_base')}"]
        self._cache = pathlib.Path(directory, "cache")
        self._originals = set()
        files = _files(workspace)
        _copy(pathlib.Path(workspace), self.workspace, files)
        self.digest = _digest(self.workspace, files)

    def options(self):
        # What a mutation leaves in the cache is taken out again; nothing may have to be fetched from there.
        return [f"--disk_cache={self._cache}", "--remote_download_outputs=all", "--symlink_prefix=/"]

    def remember_originals(self):
        """Everything that is in the cache stays there: no mutation is planted."""
        self._originals.update(_below(self._cache))

    def take_from(self, cache):
        """Has what is in another cache as well, by links to it: only the links are taken out again."""
        for path in _below(cache):
            target = self._cache / os.path.relpath(path, cache)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
        self.remember_originals()

    def plant(self, mutation):
        path = self.workspace / mutation.file
        original = path.read_text()
        path.write_text(mutation.applied(original))
        return original

    def restore(self, mutation, original):
        (self.workspace / mutation.file).write_text(original)
        for path in _below(self._cache):
            if path not in self._originals:
                os.unlink(path)


def _files(workspace):
    """The files that belong to the workspace, and the user's own settings."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=workspace, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    return {name for name in [*names, "user.bazelrc"] if name and os.path.lexists(os.path.join(workspace, name))}


def _copy(workspace, copy, files):
    for path in _below(copy):
        if os.path.relpath(path, copy) not in files:
            os.unlink(path)
    for name in files:
        source, target = workspace / name, copy / name
        if source.is_symlink() or not target.exists() or not filecmp.cmp(source, target, shallow=False):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def _digest(root, files):
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + (root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def _below(directory):
    return [os.path.join(parent, name) for parent, _, names in os.walk(directory) for name in names]
