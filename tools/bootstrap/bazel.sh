#!/bin/sh
# The private Bazel: sets it up if it does not exist, then runs it. See README.md.
set -eu

here=$(dirname "$(readlink -f "$0")")

say() { printf 'someos: %s\n' "$*" >&2; }

need_debian() {
  for tool in apt-get dpkg dpkg-deb flock mount pivot_root unshare; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || {
      say "no Bazel of 7.7 or newer on PATH, and making a private one needs Debian's $tool."
      say "Install Bazel (https://bazel.build/install) or bazelisk; on Debian: apt-get install mount util-linux."
      exit 1
    }
  done
}

cache=${XDG_CACHE_HOME:-${HOME:?someos: neither HOME nor XDG_CACHE_HOME is set}/.cache}/someos
key=$(cd "$here" && cat setup.sh apt.sh provide.py clang ./*.txt system.bazelrc | sha256sum | cut -c 1-12)
root=$cache/bazel-$key
if [ ! -d "$root" ]; then
  need_debian
  "$here/enter.sh" --check
  mkdir -p "$cache" || {
    say "no place for the private Bazel; XDG_CACHE_HOME says where to put it"
    exit 1
  }
  (
    flock -n 9 || {
      say "another call is setting up the private Bazel; waiting for it"
      flock 9
    }
    [ -d "$root" ] || {
      say "no Bazel of 7.7 or newer on PATH: making a private one, once"
      "$here/setup.sh" "$root"
    }
  ) 9>"$cache/lock"
fi

# The parts for cross-compiling are fetched with the machine's apt and npm, which are not available inside the root
# (part.sh). If a part cannot be provided, Bazel reports this when a build needs it.
for arg; do
  case $arg in
    --config=* | --platforms=*) ;;
    *) continue ;;
  esac
  parts=
  case ${arg##*[=:]} in
    "linux_$(uname -m)") ;;
    linux_* | windows_*) parts=${arg##*[=:]} ;;
    macos_*) parts=zig ;;
    qemu_*) parts="linux_${arg##*=qemu_} qemu" ;;
    wine_*) parts="windows_${arg##*=wine_} wine" ;;
  esac
  for part in $parts; do
    "$here/part.sh" "$part" >/dev/null || true
  done
done
exec "$here/enter.sh" "$root" bazel "$@"
