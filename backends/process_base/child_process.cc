#include "someos/backends/process_base/child_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/poll_until.h"
#include "someos/backends/process_base/reaper.h"
#include "someos/backends/process_base/sentinel.h"
#include "someos/backends/process_base/wait_for_child.h"

namespace someos::multiprocessing::process_base {
namespace {

constexpr absl::Duration kFirstPause = absl::Microseconds(100);
constexpr absl::Duration kLongestPause = absl::Milliseconds(20);

// Returns when the child may have ended, or the deadline may have passed. A pipe says less than a
// pidfd: what the child has started may keep it open, and the child may have closed it already. So
// the caller looks again, after pauses that grow.
void AwaitSentinel(const Sentinel& sentinel, const base::Deadline& deadline,
                   absl::Duration& pause) {
  if (sentinel.kind() == Sentinel::Kind::kPidfd) {
    pollfd entry = {sentinel.get(), POLLIN, 0};
    (void)base::PollUntil(&entry, 1, deadline);
    return;
  }
  absl::Duration slice = pause;
  if (!deadline.infinite())
    slice = std::min(slice, absl::DurationFromTimespec(deadline.AsTimespec()));
  absl::SleepFor(slice);
  pause = std::min(2 * pause, kLongestPause);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Child>> ChildProcess::Adopt(pid_t pid, Sentinel sentinel) {
  if (const absl::Status status = sentinel.Attach(pid); !status.ok()) {
    // ESRCH: the system has waited for the child, and the number may be another process's by now.
    if (ErrnoOf(status) != ESRCH) kill(pid, SIGKILL);
    (void)WaitForChild(pid, /*block=*/true);
    return status;
  }
  return absl::WrapUnique<Child>(new ChildProcess(pid, std::move(sentinel)));
}

ChildProcess::ChildProcess(pid_t pid, Sentinel sentinel)
    : pid_(pid), generation_(base::ForkGeneration()), sentinel_(std::move(sentinel)) {}

ChildProcess::~ChildProcess() {
  if (!base::InForkGeneration(generation_)) return;
  const absl::StatusOr<std::optional<int>> ended = Reap();
  if (ended.ok() && !ended->has_value()) ReapWhenEnded(pid_);
}

absl::StatusOr<std::optional<int>> ChildProcess::Reap() {
  const base::ProcessLockHolder holder(lock_);
  if (!reaped_) {
    const WaitResult result = WaitForChild(pid_, /*block=*/false);
    reaped_ = result.ended;
    error_ = result.error;
    exit_code_ = result.exit_code;
  }
  if (error_ != 0) return ErrnoStatus(error_, absl::StrCat("waitpid ", pid_));
  return reaped_ ? std::optional<int>(exit_code_) : std::nullopt;
}

absl::StatusOr<std::optional<int>> ChildProcess::Wait(absl::Duration timeout) {
  if (!base::InForkGeneration(generation_)) {
    return base::ForkedError(absl::StrCat("wait for process ", pid_), kChildOfTheParent);
  }
  base::Deadline deadline(timeout);
  absl::Duration pause = kFirstPause;
  while (true) {
    absl::StatusOr<std::optional<int>> code = Reap();
    if (!code.ok() || code->has_value()) return code;
    if (!deadline.infinite() && deadline.Passed()) {
      if (deadline.clock_error() == 0) return std::nullopt;
      return ErrnoStatus(deadline.clock_error(), absl::StrCat("wait for process ", pid_));
    }
    AwaitSentinel(sentinel_, deadline, pause);
  }
}

absl::Status ChildProcess::Signal(int signal) {
  if (!base::InForkGeneration(generation_)) {
    return base::ForkedError(absl::StrCat("signal to process ", pid_), kChildOfTheParent);
  }
  // While the lock is held this object does not wait for the child, so the number stays its own, as
  // far as it depends on the library.
  const base::ProcessLockHolder holder(lock_);
  const int error = reaped_ ? 0 : sentinel_.Send(pid_, signal);
  if (error == 0 || error == ESRCH) return absl::OkStatus();
  return ErrnoStatus(error, absl::StrCat("kill ", pid_, " with signal ", signal));
}

}  // namespace someos::multiprocessing::process_base
