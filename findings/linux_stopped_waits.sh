#!/bin/sh
# Linux: being stopped lengthens a wait in select(2), pselect(2) and ppoll(2), but not one in poll(2).
#
# Expected: all of them have the same relation to a stop (SIGSTOP, then SIGCONT) without a handler: either each ends when its
# time is over, or each fails with EINTR.
# Instead: poll(2) goes on until its time is over, counted from the call. The other three begin anew with the time that was
# left at the stop, so that the time in which the process was stopped comes on top of it. None of them tells the program.
# (signal(7) lists the calls that fail with EINTR after a stop; these four are not among them.)
# Seen with Linux 6.18 on x86_64 on 2026-11-30.
set -eu

skip() {
  echo "skip: $1"
  exit 77
}

[ "$(uname -s)" = Linux ] || skip 'not Linux'
command -v cc >/dev/null || skip 'no C compiler'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/stopped.c" <<'C'
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kWait = 2, kStop = 3 };  // seconds

static double Now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static int Poll(void) {
#ifdef SYS_poll
  return (int)syscall(SYS_poll, NULL, 0, kWait * 1000);
#else
  return -2;
#endif
}
static int Ppoll(void) {
  struct timespec wait = {kWait, 0};
  return ppoll(NULL, 0, &wait, NULL);
}
static int Select(void) {
  struct timeval wait = {kWait, 0};
  return select(0, NULL, NULL, NULL, &wait);
}
static int Pselect(void) {
  struct timespec wait = {kWait, 0};
  return pselect(0, NULL, NULL, NULL, &wait, NULL);
}

// How long `call` takes in a process that is stopped after a second, for kStop seconds; -1 if it fails.
static double Take(int (*call)(void)) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) {
    const double begin = Now();
    double took = call() == 0 ? Now() - begin : -1;
    _exit(write(ends[1], &took, sizeof took) == sizeof took ? 0 : 1);
  }
  sleep(1);
  kill(child, SIGSTOP);
  sleep(kStop);
  kill(child, SIGCONT);
  double took = -1;
  if (read(ends[0], &took, sizeof took) != sizeof took) took = -1;
  waitpid(child, NULL, 0);
  return took;
}

int main(void) {
  const double poll_took = Take(Poll), ppoll_took = Take(Ppoll);
  const double select_took = Take(Select), pselect_took = Take(Pselect);
  printf("a wait of %d s that is stopped for %d s after 1 s takes\n", kWait, kStop);
  printf("  poll %.1f s, ppoll %.1f s, select %.1f s, pselect %.1f s\n", poll_took, ppoll_took, select_took, pselect_took);
  // 4 s is when it is continued, at which poll finds its time over; 5 s is the whole wait and the whole stop.
  const double limit = 1 + kStop + 0.5;
  return poll_took > 0 && poll_took < limit && ppoll_took > limit && select_took > limit && pselect_took > limit ? 0 : 1;
}
C
cc -o "$work/stopped" "$work/stopped.c" || skip 'the C compiler does not work'

uname -srm
[ "$(uname -m)" = x86_64 ] || skip 'not x86_64: other processors may have no system call poll'
if "$work/stopped"; then
  echo 'as stated: poll ends in time, the others wait for longer'
else
  echo 'CHANGED'
  exit 1
fi
