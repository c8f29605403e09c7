#!/bin/sh
# enter.sh ROOT COMMAND [ARGUMENT...] (or --check: can it work here?): becomes COMMAND, with the programs and libraries of ROOT and the files of
# the machine at their own paths.
#
# In a mount namespace of its own it puts together a root directory: /usr, /etc and what belongs to them from
# ROOT, every other directory from the machine. The process stays the same one from the first line to COMMAND, so
# that signals, exit code and standard streams are COMMAND's own, and the mounts vanish with the last process that
# uses them. Needs root, or a kernel that lets users have namespaces.
set -eu

# The machine's files in /etc that say who and where we are.
etc_files='passwd group hosts hostname resolv.conf nsswitch.conf localtime gitconfig'

bind() { mount -n --rbind "$1" "$2"; }

# Directory $1 stays visible although it lies below one that comes from ROOT.
keep() {
  case $1 in
    /usr/* | /etc/*)
      if [ -d "$1" ]; then
        mkdir -p "$root$1"
        bind "$1" "$new$1"
      fi
      ;;
  esac
}

# Second half, inside the mount namespace: assemble the new root, move there, become the command.
assemble() {
  uid=$1 gid=$2 root=$3
  shift 3
  new=${root%/*}/mnt
  mkdir -p "$new"
  mount -n -t tmpfs -o mode=755 someos "$new"
  for path in /* /.[!.]*; do
    name=${path##*/}
    case $name in
      bin | sbin | lib* | usr | etc) continue ;;
    esac
    if [ -L "$path" ]; then
      cp -P "$path" "$new/"
    elif [ -d "$path" ]; then
      mkdir "$new/$name"
      bind "$path" "$new/$name"
    fi
  done
  cp -P "$root"/bin "$root"/sbin "$root"/lib* "$new/"
  for name in usr etc; do
    mkdir "$new/$name"
    bind "$root/$name" "$new/$name"
    mount -n -o remount,bind,ro "$new/$name"
  done
  for name in $etc_files; do
    [ ! -e "/etc/$name" ] || bind "/etc/$name" "$new/etc/$name"
  done
  keep "$(pwd -P)"
  keep "$root"
  keep "${HOME:-}"
  keep "${TMPDIR:-}"

  # For what is told to programs outside (tools/compile_commands).
  export SOMEOS_BAZEL_ROOT="$root"

  here=$PWD
  cd "$new"
  # A change of root with chroot would forbid Bazel's sandbox to make namespaces in its turn.
  pivot_root . .
  umount -n -l .
  mount -n -o remount,bind,ro /
  cd "$here"
  if [ "$uid" -ne 0 ]; then
    exec unshare --user --map-user="$uid" --map-group="$gid" -- "$@"
  fi
  exec "$@"
}

# Ordinary users may lack these.
for dir in /usr/bin /bin /usr/sbin /sbin; do
  case :$PATH: in
    *:"$dir":*) ;;
    *) PATH=$PATH:$dir ;;
  esac
done
if [ "$1" = --assemble ]; then
  shift
  assemble "$@"
fi

self=$(readlink -f "$0")
uid=$(id -u)
gid=$(id -g)
if [ "$uid" -eq 0 ] && unshare --mount true 2>/dev/null; then
  user=''
elif unshare --user --map-root-user --mount true 2>/dev/null; then
  user='--user --map-root-user'
else
  cat >&2 <<'SAY'
someos: this system lets neither root nor users have mount namespaces, which the private Bazel lives in.
someos: Put a Bazel of 7.7 or newer (or bazelisk) on PATH, or allow them (in a container: --privileged).
SAY
  exit 1
fi
[ "$1" != --check ] || exit 0
# shellcheck disable=SC2086  # no word or two
exec unshare $user --mount -- "$self" --assemble "$uid" "$gid" "$@"
