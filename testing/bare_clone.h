// A child that is made without the C library, so that no fork handlers run.

#ifndef SOMEOS_TESTING_BARE_CLONE_H_
#define SOMEOS_TESTING_BARE_CLONE_H_

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#ifdef __linux__
#include <sys/mman.h>
#include <sys/syscall.h>
#endif

#include "absl/functional/function_ref.h"
#include "someos/testing/system_call.h"

namespace someos {

// Whether this system has such children, and lets them know what they are (api/poller.h, 9).
#if defined(__linux__) && defined(SYS_clone) && defined(MADV_WIPEONFORK)
inline constexpr bool kHasBareClone = true;
#else
inline constexpr bool kHasBareClone = false;
#endif

// What `body` returns in such a child. -1 if the child dies or takes longer than 20 s. While other
// threads run, `body` must not allocate much memory: one of them may hold a lock of the allocator.
inline int StatusOfBareClone([[maybe_unused]] absl::FunctionRef<int()> body) {
#if defined(__linux__) && defined(SYS_clone)
  const long child = MustSucceed(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), "clone");
  if (child == 0) {
    alarm(20);
    _exit(body());
  }
  int status = -1;
  MustSucceed(waitpid(static_cast<pid_t>(child), &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
#else
  return -1;
#endif
}

}  // namespace someos

#endif  // SOMEOS_TESTING_BARE_CLONE_H_
