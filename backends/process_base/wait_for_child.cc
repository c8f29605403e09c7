#include "someos/backends/process_base/wait_for_child.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <cerrno>

namespace someos::multiprocessing::process_base {

WaitResult WaitForChild(pid_t pid, bool block) {
  int status = 0;
  pid_t found;
  do {
    found = waitpid(pid, &status, block ? 0 : WNOHANG);
  } while (found < 0 && errno == EINTR);
  WaitResult result;
  if (found == 0) return result;
  result.ended = true;
  if (found < 0) {
    result.error = errno;
  } else {
    result.exit_code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  return result;
}

}  // namespace someos::multiprocessing::process_base
