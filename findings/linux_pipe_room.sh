#!/bin/sh
# Linux: a pipe that poll(2) calls not writable may take thousands of bytes.
#
# Expected: "not writable" and "write(2) on the non-blocking end fails with EAGAIN" are the same state.
# Instead: a pipe is writable while one of its (16) pages is unused. Bytes that fit into the rest of the last page are taken
# all the same; and the room that a reader makes within the first page counts only when it has read all of that page. So
# who fills a pipe until a write fails, and who fills it until poll says no, leave it in different states.
# Seen with Linux 6.18, pages of 4096 bytes, on 2026-11-29.
set -eu

skip() {
  echo "skip: $1"
  exit 77
}

[ "$(uname -s)" = Linux ] || skip 'not Linux'
command -v cc >/dev/null || skip 'no C compiler'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/room.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int Writable(int fd) {
  struct pollfd one = {fd, POLLOUT, 0};
  const int writable = poll(&one, 1, 0) == 1;
  printf("  poll: %s\n", writable ? "writable" : "not writable");
  return writable;
}

int main(void) {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK) != 0) return 2;
  const int size = fcntl(ends[1], F_GETPIPE_SZ);
  const int page = (int)sysconf(_SC_PAGESIZE);
  char* const bytes = calloc(1, size);

  const int first = (int)write(ends[1], bytes, size - page + 1);  // one byte in the last page
  printf("a pipe for %d bytes took %d\n", size, first);
  const int writable_with_room = Writable(ends[1]);
  const int more = (int)write(ends[1], bytes, page - 1);
  printf("and then %d more\n", more);
  const int writable_when_full = Writable(ends[1]);
  const int part = (int)read(ends[0], bytes, page - 1);
  printf("%d were read\n", part);
  const int writable_after_part = Writable(ends[1]);
  const int rest = (int)read(ends[0], bytes, 1);
  printf("and %d\n", rest);
  const int writable_after_page = Writable(ends[1]);

  const int as_stated = !writable_with_room && more == page - 1 && !writable_when_full && part == page - 1 &&
                        !writable_after_part && rest == 1 && writable_after_page;
  return as_stated ? 0 : 1;
}
C
cc -o "$work/room" "$work/room.c" || skip 'the C compiler does not work'

uname -sr
if "$work/room"; then
  echo 'as stated: not writable, with room for all but one byte of a page'
else
  echo 'CHANGED'
  exit 1
fi
