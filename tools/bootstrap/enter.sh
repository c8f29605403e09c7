#!/bin/sh
# enter.sh ROOT COMMAND [ARGUMENT...]: runs COMMAND with the programs and libraries of ROOT, and with the files of the
# machine at their usual paths. enter.sh --check: exits with 0 if this is possible here.
#
# In a new mount namespace it assembles a root directory: /usr, /etc and related directories from ROOT, all others from
# the machine. Every step is an exec, so the process becomes COMMAND: signals, exit code and standard streams are those
# of COMMAND, and the mounts disappear with the last process that uses them. Needs root, or a kernel that allows user
# namespaces.
set -eu

# Files of the machine in /etc that identify the user and the host.
etc_files='passwd group hosts hostname resolv.conf nsswitch.conf localtime gitconfig'

bind() { mount -n --rbind "$1" "$2"; }

# Keeps directory $1 of the machine visible although it is below a directory that comes from ROOT.
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

# The second step, inside the mount namespace: assembles the new root, makes it the root, runs the command.
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

  # For paths that are passed to programs outside (tools/compile_commands).
  export SOMEOS_BAZEL_ROOT="$root"

  here=$PWD
  cd "$new"
  # Not chroot, after which Bazel's sandbox could not create namespaces.
  pivot_root . .
  umount -n -l .
  mount -n -o remount,bind,ro /
  cd "$here"
  if [ "$uid" -ne 0 ]; then
    exec unshare --user --map-user="$uid" --map-group="$gid" -- "$@"
  fi
  exec "$@"
}

# The PATH of ordinary users may not have these.
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
# shellcheck disable=SC2086  # no option or two
exec unshare $user --mount -- "$self" --assemble "$uid" "$gid" "$@"
