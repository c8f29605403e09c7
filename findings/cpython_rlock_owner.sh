#!/bin/sh
# CPython (2.7 to 3.13): an RLock whose owner has ended belongs to the next thread that the system gives the same number.
#
# Expected: a lock that its owner has not released stays locked for all others, as a Lock does.
# Instead: the owner is remembered as threading.get_ident(), which is the address of the thread's block of memory, and a new
# thread often has that of one that has ended. For RLock it is the owner: its acquire(blocking=False) succeeds as a second
# level, and it may release both. A program that tests "locked for ever" sees it pass or not by chance.
# The same with 2.7.18, 3.6.15, 3.7.16, 3.8.18 and 3.13.0, built from source.
# Seen with Debian's python3.11 3.11.2-6+deb12u8 (suite bookworm), amd64, on 2026-11-30. someos tells threads apart by numbers
# that are never used again: backends/thread_base/thread_number.h.
set -eu

version=3.11.2-6+deb12u8

skip() {
  echo "skip: $1"
  exit 77
}

[ "$(uname -s)" = Linux ] || skip 'not Linux'
command -v apt-get >/dev/null || skip 'no apt, which would download the packages'
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

apt=$work/apt
# shellcheck source=tools/bootstrap/apt.sh disable=SC1091
. "$here/../tools/bootstrap/apt.sh"
read_package_lists >"$work/log" 2>&1 || skip "$(tail -n 1 "$work/log")"
private_apt download "python3.11-minimal=$version" "libpython3.11-minimal=$version" "libpython3.11-stdlib=$version" \
  >"$work/log" 2>&1 || skip "no mirror has python3.11 $version any more"
unpack "$apt/debs" "$work/root"

cat >"$work/owners.py" <<'PYTHON'
import sys
import threading

lock = threading.RLock()
owner = None
found = "no other thread had its number"


def end_without_release():
    global owner
    owner = threading.get_ident()
    lock.acquire()


def try_to_own():
    global found
    if threading.get_ident() == owner:
        found = "acquired it" if lock.acquire(blocking=False) else "was refused"


def run(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


run(end_without_release)
for _ in range(1000):
    run(try_to_own)
    if not found.startswith("no"):
        break
print("Python %s: a thread with the number of the one that has ended with the RLock %s"
      % (sys.version.split()[0], found))
sys.exit({"acquired it": 0, "was refused": 1}.get(found, 77))
PYTHON

status=0
PYTHONHOME=$work/root/usr "$work/root/usr/bin/python3.11" "$work/owners.py" || status=$?
[ "$status" -ne 77 ] || skip 'the system has given no number again'
exit "$status"
