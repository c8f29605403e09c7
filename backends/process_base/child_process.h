// A Child that is a process: what start methods that make processes share.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_CHILD_PROCESS_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_CHILD_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/sentinel.h"

namespace someos::multiprocessing::process_base {

class ChildProcess final : public Child {
 public:
  // Of a child of this process that nobody else waits for, and the sentinel that was prepared for
  // it. If the sentinel cannot be attached, the child is killed and waited for.
  //
  // Errnos of Sentinel::Attach.
  static absl::StatusOr<std::unique_ptr<Child>> Adopt(pid_t pid, Sentinel sentinel);

  ~ChildProcess() override;

  int64_t pid() const override { return pid_; }
  int sentinel() const override { return sentinel_.get(); }
  absl::StatusOr<std::optional<int>> Wait(absl::Duration timeout) override;
  absl::Status Signal(int signal) override;

 private:
  ChildProcess(pid_t pid, Sentinel sentinel);

  // The exit code if the child has ended.
  absl::StatusOr<std::optional<int>> Reap();

  const pid_t pid_;
  const uint32_t generation_;
  Sentinel sentinel_;
  base::ProcessLock lock_;
  bool reaped_ ABSL_GUARDED_BY(lock_) = false;
  int error_ ABSL_GUARDED_BY(lock_) = 0;  // ECHILD if the exit code is lost
  int exit_code_ ABSL_GUARDED_BY(lock_) = 0;
};

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_CHILD_PROCESS_H_
