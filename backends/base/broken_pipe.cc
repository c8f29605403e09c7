#include "someos/backends/base/broken_pipe.h"

#include <pthread.h>
#include <signal.h>

#include <cerrno>

namespace someos::base {
namespace {

bool IsPending() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

sigset_t OnlySigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

BrokenPipeIsAnError::BrokenPipeIsAnError() {
  const sigset_t blocked = OnlySigpipe();
  pthread_sigmask(SIG_BLOCK, &blocked, &before_);
  // Only a signal that was blocked already can be pending from before.
  was_pending_ = sigismember(&before_, SIGPIPE) == 1 && IsPending();
}

BrokenPipeIsAnError::~BrokenPipeIsAnError() {
  const int saved = errno;
  if (saved == EPIPE && !was_pending_ && IsPending()) {
    const sigset_t raised = OnlySigpipe();
    int signal = 0;
    sigwait(&raised, &signal);  // does not wait: it is pending
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  errno = saved;
}

}  // namespace someos::base
