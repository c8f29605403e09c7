#include "someos/backends/thread_base/interrupt_main.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/this_thread.h"
#include "someos/backends/thread_base/errors.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace someos::thread_base {
namespace {

bool HasHandler(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 ||
         (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

// An errno, or 0.
int SendToMain(int signum) {
  if (base::IsMainThread()) return pthread_kill(pthread_self(), signum);
#ifdef __linux__
  return syscall(SYS_tgkill, getpid(), getpid(), signum) == 0 ? 0 : errno;
#else
  return kill(getpid(), signum) == 0 ? 0 : errno;
#endif
}

}  // namespace

absl::Status InterruptMain(int signum) {
  if (signum < 1 || signum >= NSIG) return ValueError("signal number out of range");
  struct sigaction action = {};
  if (sigaction(signum, nullptr, &action) != 0) return ErrnoStatus(errno, "sigaction");
  if (!HasHandler(action)) return absl::OkStatus();
  const int error = SendToMain(signum);
  return error == 0 ? absl::OkStatus() : ErrnoStatus(error, "interrupt the main thread");
}

}  // namespace someos::thread_base
