"""Provides the project's dependencies inside the private Bazel's root: provide.py SOURCES ROOT.

SOURCES holds Debian's source packages of archives.txt. Below ROOT/usr/share/someos come to be
  distdir/   the upstream archives under their URLs' base names,
  registry/  a Bzlmod registry of those and of the names in modules.txt,
  rules_cc/  Debian's rules_cc with the setting that Abseil selects on.
"""

import base64
import gzip
import hashlib
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).parent
BLOCK = 512


def rows(name):
    """The words of each line of the list `name`."""
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def restamp(tar, commit, mtime):
    """Gives a `git archive` tar another commit and time; the rest of its bytes follow from its content."""
    tar = bytearray(tar)
    pos = 0
    while any(tar[pos : pos + BLOCK]):  # two empty blocks end a tar
        size = int(tar[pos + 124 : pos + 135], 8)
        tar[pos + 136 : pos + 148] = b"%011o\0" % mtime
        if tar[pos + 156 : pos + 157] == b"g":  # the global header: "52 comment=<commit>\n"
            tar[pos + BLOCK + 11 : pos + BLOCK + 51] = commit.encode()
        tar[pos + 148 : pos + 156] = b" " * 8  # the header's checksum counts itself as spaces
        tar[pos + 148 : pos + 156] = b"%07o\0" % sum(tar[pos : pos + BLOCK])
        pos += BLOCK * (1 + (size + BLOCK - 1) // BLOCK)
    return bytes(tar)


def upstream_archive(sources, package, sha256, stamp):
    """The bytes of the package's upstream archive, or None if Debian has another version by now."""
    for file in sorted(sources.glob(f"{package}_*.orig.tar.gz")):
        archive = file.read_bytes()
        if stamp:
            tar = restamp(gzip.decompress(archive), stamp[0], int(stamp[1]))
            archive = subprocess.run(["gzip", "-cn"], input=tar, stdout=subprocess.PIPE, check=True).stdout
        if hashlib.sha256(archive).hexdigest() == sha256:
            return archive
    return None


def add_module(registry, name, version, module_file, source):
    folder = registry / "modules" / name / version
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "MODULE.bazel").write_text(module_file)
    (folder / "source.json").write_text(json.dumps(source))


def provide_archives(sources, distdir, registry):
    distdir.mkdir(parents=True)
    for package, url, sha256, *stamp in rows("archives.txt"):
        archive = upstream_archive(sources, package, sha256, stamp)
        if archive is None:
            print(f"error: Debian's source of {package} is not {url} any more: builds will download it")
            continue
        (distdir / url.rsplit("/", 1)[1]).write_bytes(archive)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            prefix = tar.getnames()[0].split("/")[0]
            module_file = tar.extractfile(f"{prefix}/MODULE.bazel").read().decode()
        name, version = (re.search(rf'^ *{key} = "(.*?)"', module_file, re.M)[1] for key in ("name", "version"))
        integrity = "sha256-" + base64.b64encode(bytes.fromhex(sha256)).decode()
        add_module(registry, name, version, module_file, {"url": url, "integrity": integrity, "strip_prefix": prefix})


def provide_names(registry):
    nowhere = {"type": "local_path", "path": "/usr/share/someos/registry/a-name-only-see-modules.txt"}
    for name, version, level in rows("modules.txt"):
        text = f'module(name = "{name}", version = "{version}", compatibility_level = {level})\n'
        add_module(registry, name, version, text, nowhere)


def provide_rules_cc(debian, copy):
    """Abseil selects on //cc/compiler:emscripten, which came after Debian's rules_cc."""
    shutil.copytree(debian, copy, symlinks=True)
    build = copy / "cc/compiler/BUILD"
    text = build.read_text()
    if '"emscripten"' not in text:
        clang = re.search(r'config_setting\(\n    name = "clang",\n.*?\n\)\n', text, re.S)[0]
        build.write_text(text + "\n" + clang.replace('"clang"', '"emscripten"'))


def default_registry(bazel):
    """The registry that this Bazel asks unless told otherwise, which naming another one would remove."""
    with zipfile.ZipFile(bazel / "A-server.jar") as jar:
        code = jar.read("com/google/devtools/build/lib/bazel/BazelRepositoryModule.class")
    (url,) = re.findall(rb"https://[a-z.]+/", code)
    return url.decode()


def main():
    sources, root = map(pathlib.Path, sys.argv[1:])
    ours = root / "usr/share/someos"
    bazel = root / "usr/share/bazel"
    provide_archives(sources, ours / "distdir", ours / "registry")
    provide_names(ours / "registry")
    provide_rules_cc(bazel / "rules/cc", ours / "rules_cc")
    with open(root / "etc/bazel/bazelrc", "a") as bazelrc:
        bazelrc.write(f"common --registry={default_registry(bazel)}\n")


if __name__ == "__main__":
    main()
