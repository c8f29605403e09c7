#include "someos/api/multiprocessing/process/running.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/logging/log_event.h"
#include "someos/api/multiprocessing/logging/log_level.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/process_base/detached_thread.h"

namespace someos::multiprocessing::internal {
namespace {

using List = std::vector<std::shared_ptr<Running>>;

struct Children {
  base::ProcessLock lock;
  uint32_t generation ABSL_GUARDED_BY(lock) = base::kNoForkGeneration;
  bool has_exit_handler ABSL_GUARDED_BY(lock) = false;  // inherited by forked children
  List* list ABSL_GUARDED_BY(lock) = nullptr;
};

// Locked, with the list of this process: after a fork(2) that another part of the program has
// called, an empty one. That of the parent stays as it is, since a thread of the parent may have
// been changing it.
class LockedChildren {
 public:
  LockedChildren() {
    if (children_.generation == base::ForkGeneration()) return;
    children_.generation = base::ForkGeneration();
    children_.list = new List;
  }
  LockedChildren(const LockedChildren&) = delete;
  LockedChildren& operator=(const LockedChildren&) = delete;

  // Locked since the constructor, which the analysis does not know of.
  List& list() ABSL_NO_THREAD_SAFETY_ANALYSIS { return *children_.list; }

  void InstallExitHandler() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (!children_.has_exit_handler) std::atexit(EndChildren);
    children_.has_exit_handler = true;
  }

  static Children& TheChildren() {
    static Children& children = *new Children;
    return children;
  }

 private:
  Children& children_ = TheChildren();
  const base::ProcessLockHolder holder_{children_.lock};
};

// Those of the list of the parent, unless a thread of the parent was changing it at the fork.
void CloseParentsEnds() {
  Children& children = LockedChildren::TheChildren();
  const base::ProcessLockHolder holder(children.lock);
  if (holder.abandoned() || children.list == nullptr) return;
  // Process objects that the child has a copy of may share them.
  for (const std::shared_ptr<Running>& running : *children.list) {
    running->parent_end = base::OwnDescriptor();
  }
}

List Snapshot() {
  LockedChildren children;
  return children.list();
}

}  // namespace

void Remember(std::shared_ptr<Running> running) {
  LockedChildren children;
  children.InstallExitHandler();
  children.list().push_back(std::move(running));
}

void Forget(const Running* running) {
  std::shared_ptr<Running> last;  // destroyed without the lock
  LockedChildren children;
  List& list = children.list();
  const auto place = std::find_if(list.begin(), list.end(),
                                  [running](const auto& entry) { return entry.get() == running; });
  if (place == list.end()) return;
  last = std::move(*place);
  list.erase(place);
}

bool HasEnded(const absl::StatusOr<std::optional<int>>& code) {
  return code.ok() ? code->has_value() : ErrnoOf(code.status()) == ECHILD;
}

absl::StatusOr<std::optional<int>> WaitAndForget(const Running& running, absl::Duration timeout) {
  absl::StatusOr<std::optional<int>> code = running.child->Wait(timeout);
  if (HasEnded(code)) Forget(&running);
  return code;
}

List Unended() {
  List unended;
  for (std::shared_ptr<Running>& running : Snapshot()) {
    if (HasEnded(WaitAndForget(*running, absl::ZeroDuration()))) continue;
    unended.push_back(std::move(running));
  }
  return unended;
}

void ForgetWhenEnded(std::shared_ptr<Running> running) {
  // Where no thread can be started, the next start of a process looks for those that have ended.
  (void)process_base::StartDetachedThread(
      [running = std::move(running)] { (void)WaitAndForget(*running, absl::InfiniteDuration()); });
}

void EndChildren() {
  LogEvent(kInfo, "process shutting down");
  List awaited;
  for (std::shared_ptr<Running>& running : Unended()) {
    // A thread, for example, cannot be told to end.
    if (running->daemon && !running->child->Signal(SIGTERM).ok()) {
      Forget(running.get());
      continue;
    }
    if (running->daemon) LogEvent(kInfo, "calling terminate() for daemon ", running->name);
    awaited.push_back(std::move(running));
  }
  for (const std::shared_ptr<Running>& running : awaited) {
    LogEvent(kInfo, "calling join() for process ", running->name);
    (void)running->child->Wait();
    Forget(running.get());
  }
}

void ForgetParentsChildren() {
  CloseParentsEnds();
  LockedChildren own;
}

}  // namespace someos::multiprocessing::internal
