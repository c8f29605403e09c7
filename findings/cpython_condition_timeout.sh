#!/bin/sh
# CPython (2.7 to 3.13): threading.Condition may give a notification to a thread whose wait has timed out already; nobody gets
# it then.
#
# Expected: notify() wakes a thread that waits. Where wait(timeout) returns False, the thread was not notified, so that the
# notification went to another.
# Instead: a thread whose timeout has passed stays in the list of those that wait until it has the lock again. A notify()
# by the thread that holds the lock meanwhile chooses it, if it has waited longest. Its wait() returns False all the same,
# and the next one, which waits without need, is not woken: a queue has an item, and a consumer that sleeps.
# The same with 2.7.18, 3.6.15, 3.7.16, 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0, built from source.
# Seen with Debian's python3.11 3.11.2-6+deb12u8 (suite bookworm), amd64, on 2026-11-30. In someos the wait returns true:
# backends/thread_base/condition.h.
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

cat >"$work/waits.py" <<'PYTHON'
import sys
import threading
import time

condition = threading.Condition()
notified = {}


def wait(name, timeout, waiting):
    with condition:
        waiting.set()
        notified[name] = condition.wait(timeout)


def start(name, timeout):
    waiting = threading.Event()
    thread = threading.Thread(target=wait, args=(name, timeout, waiting))
    thread.start()
    waiting.wait()
    with condition:  # it has released the lock: it waits
        return thread


threads = [start("impatient", 1), start("patient", 6)]
with condition:
    time.sleep(2)  # while the first one's timeout passes
    condition.notify()
for thread in threads:
    thread.join()
print("Python %s, one notification: the first of two threads, whose timeout has passed, gets %s, the second %s"
      % (sys.version.split()[0], notified["impatient"], notified["patient"]))
sys.exit(any(notified.values()))
PYTHON

PYTHONHOME=$work/root/usr "$work/root/usr/bin/python3.11" "$work/waits.py" || {
  echo 'the notification was not lost'
  exit 1
}
