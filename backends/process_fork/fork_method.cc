#include "someos/backends/process_fork/fork_method.h"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/child_process.h"
#include "someos/backends/process_base/child_side.h"
#include "someos/backends/process_base/duplicates.h"
#include "someos/backends/process_base/own_pipe.h"
#include "someos/backends/process_base/sentinel.h"
#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing {
namespace {

using process_base::ChildProcess;
using process_base::FlushStandardStreams;
using process_base::OwnPipe;
using process_base::Sentinel;

[[noreturn]] void RunChild(StartTask& task, int parent, std::vector<int> descriptors) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int code = task.body({parent, std::move(descriptors)});
  FlushStandardStreams();
  _exit(code);
}

absl::StatusOr<StartedChild> Fork(StartTask task) {
  absl::StatusOr<Sentinel> sentinel = Sentinel::Prepare();
  if (!sentinel.ok()) return sentinel.status();
  absl::StatusOr<OwnPipe> life = process_base::MakeOwnPipe();
  if (!life.ok()) return life.status();
  absl::StatusOr<std::vector<base::OwnedFd>> descriptors =
      process_base::Duplicates(task.descriptors);
  if (!descriptors.ok()) return descriptors.status();
  FlushStandardStreams();
  const pid_t pid = fork();
  if (pid < 0) return ErrnoStatus(errno, "fork");
  if (pid == 0) {
    close(life->write_end.get());
    RunChild(task, life->read_end.get(), process_base::Released(*std::move(descriptors)));
  }
  absl::StatusOr<std::unique_ptr<Child>> child = ChildProcess::Adopt(pid, *std::move(sentinel));
  if (!child.ok()) return child.status();
  return StartedChild{*std::move(child), std::move(life->write_end)};
}

}  // namespace

const StartMethod& ForkStartMethod() {
  static constexpr StartMethod kMethod = {"fork", /*runs_body=*/true, Fork};
  return kMethod;
}

}  // namespace someos::multiprocessing
