// A child that has been started, and the list of those of this process. Private to this layer.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_RUNNING_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_RUNNING_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing::internal {

struct Running {
  std::string name;
  bool daemon = false;
  std::unique_ptr<Child> child;
  base::OwnDescriptor parent_end;  // see StartedChild
};

// All functions are thread-safe.

// Remembers the child until Forget. From the first call on, EndChildren runs when this process ends
// by exit(3).
void Remember(std::shared_ptr<Running> running);
// Of one that has ended.
void Forget(const Running* running);

// Whether a child has ended, by what Child::Wait has returned. A lost exit code counts; other
// errors say nothing of the child.
bool HasEnded(const absl::StatusOr<std::optional<int>>& code);

// Waits as Child::Wait does, and forgets a child that has ended.
absl::StatusOr<std::optional<int>> WaitAndForget(const Running& running, absl::Duration timeout);

// Those that have not ended. Waits for the others, so that they are no zombies, and forgets them.
std::vector<std::shared_ptr<Running>> Unended();

// Waits for the child, in a thread, and forgets it: of one whose Process object is gone.
void ForgetWhenEnded(std::shared_ptr<Running> running);

// Terminates the children that are daemonic, and waits for all, as Python does when a process ends.
void EndChildren();

// In a child of fork(2), before anything else: closes what it has of its parent's children, and
// forgets them.
void ForgetParentsChildren();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_RUNNING_H_
