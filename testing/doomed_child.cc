#include "someos/testing/doomed_child.h"

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/functional/function_ref.h"
#include "someos/testing/system_call.h"

namespace someos {

DoomedChild::DoomedChild(absl::FunctionRef<void()> body) {
  process_ = MustSucceed(fork(), "fork");
  if (process_ != 0) return;
  body();
  while (true) pause();
}

void DoomedChild::Kill() {
  const pid_t process = std::exchange(process_, -1);
  if (process <= 0) return;
  kill(process, SIGKILL);
  while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace someos
