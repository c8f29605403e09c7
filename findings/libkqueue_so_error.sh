#!/bin/sh
# libkqueue 2.3.1 (kqueue on Linux): kevent() takes the pending error out of a socket.
#
# Expected: as on the BSDs, an event with EV_EOF has the socket's error in fflags, and getsockopt(SO_ERROR) gives it, too,
# once. That is how connect(2) says that a program learns how a connection went.
# Instead: the library asks for SO_ERROR itself to fill in fflags, which takes the error away. A program that relies on
# SO_ERROR finds 0 after a connection that was refused, and takes it for established.
# Seen with Debian's libkqueue-dev 2.3.1-1.1~exp1 (suite experimental), amd64, on 2026-11-29. someos keeps the error of
# fflags for TakeError: backends/kqueue/kqueue_registrations.cc. For a Kqueue it calls the library with another getsockopt:
# backends/kqueue/libkqueue_getsockopt.cc.
set -eu

package=libkqueue-dev=2.3.1-1.1~exp1

skip() {
  echo "skip: $1"
  exit 77
}

[ "$(uname -s)" = Linux ] || skip 'not Linux'
command -v cc >/dev/null || skip 'no C compiler'
command -v apt-get >/dev/null || skip 'no apt, which would download the package'
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

apt=$work/apt
# shellcheck source=tools/bootstrap/apt.sh disable=SC1091
. "$here/../tools/bootstrap/apt.sh"
read_package_lists >"$work/log" 2>&1 || skip "$(tail -n 1 "$work/log")"
private_apt download "$package" >"$work/log" 2>&1 || skip "no mirror has $package any more"
unpack "$apt/debs" "$work/root"

cat >"$work/refused.c" <<'C'
#include <time.h>
#include <sys/event.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A connection to a port of this machine that refuses it: bound, but not listening. */
static int Refused(void) {
  const int bound = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof(address);
  if (bind(bound, (struct sockaddr*)&address, size) != 0) exit(2);
  getsockname(bound, (struct sockaddr*)&address, &size);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  fcntl(client, F_SETFL, O_NONBLOCK);
  if (connect(client, (struct sockaddr*)&address, size) == 0 || errno != EINPROGRESS) exit(2);
  return client;
}

static int TakeError(int fd) {
  int error = -1;
  socklen_t size = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

int main(void) {
  const int polled = Refused();
  struct pollfd one = {polled, POLLOUT, 0};
  poll(&one, 1, -1);
  const int after_poll = TakeError(polled);
  printf("after poll():   SO_ERROR %d (%s)\n", after_poll, strerror(after_poll));

  const int watched = Refused();
  const int queue = kqueue();
  struct kevent event;
  EV_SET(&event, watched, EVFILT_WRITE, EV_ADD, 0, 0, 0);
  if (kevent(queue, &event, 1, NULL, 0, NULL) != 0) return 2;
  const int count = kevent(queue, NULL, 0, &event, 1, NULL);
  const int after_kevent = TakeError(watched);
  printf("after kevent(): SO_ERROR %d (%s); %d event, flags %#x, fflags %d (%s)\n", after_kevent,
         strerror(after_kevent), count, event.flags, (int)event.fflags, strerror(event.fflags));
  return after_poll == ECONNREFUSED && count == 1 && event.fflags == ECONNREFUSED && after_kevent == 0 ? 0 : 1;
}
C
library=$(find "$work/root" -name libkqueue.a)
cc -I "$work/root/usr/include/kqueue" -o "$work/refused" "$work/refused.c" "$library" -pthread || skip 'it cannot be linked here'

echo "$package"
if timeout 60 "$work/refused"; then
  echo 'as stated: the error is gone from SO_ERROR'
else
  echo 'CHANGED'
  exit 1
fi
