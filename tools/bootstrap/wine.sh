#!/bin/sh
# wine.sh PART PROGRAM [ARGUMENT...]: runs a Windows program with the wine of PART, the directory of part.sh wine.
# wine.sh --new PART: makes the Windows directory of PART, with which each program starts.
#
# wine finds its files by paths below /usr that are compiled in. So the program runs in a new mount namespace in which
# /usr has those of PART as well. What it changes in its Windows directory is in memory, for this program alone. Needs
# root, or a kernel that allows user namespaces.
set -eu

case $0 in
  /*) self=$0 ;;
  *) self=$PWD/$0 ;;
esac
if [ "$1" != --inside ]; then
  if [ "$(id -u)" -eq 0 ]; then
    exec unshare --mount -- sh "$self" --inside "$@"
  fi
  exec unshare --user --map-root-user --mount -- sh "$self" --inside "$@"
fi
shift

new=no
[ "$1" != --new ] || {
  new=yes
  shift
}
part=$1
shift

mount -n -t overlay -o "lowerdir=$part/usr:/usr" someos /usr
export WINEDEBUG=-all WINEDLLOVERRIDES='winemenubuilder.exe=d'
unset DISPLAY
if [ "$new" = yes ]; then
  # A library that user32.dll needs, which Debian has in another package.
  mkdir -p "$part/prefix/drive_c/windows/system32" "$part/mnt"
  cp "$part/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$part/prefix/drive_c/windows/system32/"
  export WINEPREFIX="$part/prefix"
  timeout 300 /usr/lib/wine/wine64 wineboot --init
  exec /usr/lib/wine/wineserver64 -w
fi

mount -n -t tmpfs someos "$part/mnt"
mkdir "$part/mnt/changes" "$part/mnt/work" "$part/mnt/prefix"
mount -n -t overlay -o "lowerdir=$part/prefix,upperdir=$part/mnt/changes,workdir=$part/mnt/work" someos \
  "$part/mnt/prefix"
export WINEPREFIX="$part/mnt/prefix"
status=0
# Its services are started before, so that they do not write to the program's streams.
/usr/lib/wine/wine64 wineboot >/dev/null 2>&1 </dev/null
/usr/lib/wine/wine64 "$@" || status=$?
/usr/lib/wine/wineserver64 -k >/dev/null 2>&1 || true
exit "$status"
