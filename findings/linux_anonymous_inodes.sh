#!/bin/sh
# Linux: fstat(2) says the same of every eventfd, timerfd, epoll set and signalfd.
#
# Expected: st_dev and st_ino together name a file, so two descriptors with the same pair name the same file.
# Instead: the kernel gives all of its "anonymous" files one inode. A program that remembers the pair, to notice that a
# descriptor number was closed and now names another file, sees no difference between two timerfds, nor between an eventfd
# and an epoll set. (Eventfds have a number of their own in /proc/self/fdinfo.) Pipes and sockets have inodes of their own.
# Seen with Linux 6.18 on 2026-11-29. someos: backends/poller_base/file_identity.cc.
set -eu

skip() {
  echo "skip: $1"
  exit 77
}

[ "$(uname -s)" = Linux ] || skip 'not Linux'
command -v cc >/dev/null || skip 'no C compiler'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/inodes.c" <<'C'
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

static struct stat Show(const char* what, int fd) {
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) perror(what);
  printf("%-10s descriptor %d: device %lu, inode %lu\n", what, fd, (unsigned long)status.st_dev,
         (unsigned long)status.st_ino);
  return status;
}

static int Same(struct stat a, struct stat b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

int main(void) {
  sigset_t signals;
  sigemptyset(&signals);
  int pipes[2][2];
  if (pipe(pipes[0]) != 0 || pipe(pipes[1]) != 0) return 2;
  const struct stat timer = Show("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
  const int all_same = Same(timer, Show("timerfd", timerfd_create(CLOCK_REALTIME, 0))) &
                       Same(timer, Show("eventfd", eventfd(0, 0))) & Same(timer, Show("eventfd", eventfd(1, 0))) &
                       Same(timer, Show("epoll", epoll_create1(0))) & Same(timer, Show("signalfd", signalfd(-1, &signals, 0)));
  const int pipes_differ = !Same(Show("pipe", pipes[0][0]), Show("pipe", pipes[1][0]));
  return all_same && pipes_differ ? 0 : 1;
}
C
cc -o "$work/inodes" "$work/inodes.c" || skip 'the C compiler does not work'

uname -sr
if "$work/inodes"; then
  echo 'as stated: one inode for all'
else
  echo 'CHANGED'
  exit 1
fi
