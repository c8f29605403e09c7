// The process that has started this one: Python's multiprocessing.parent_process.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_PARENT_PROCESS_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_PARENT_PROCESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/waitable.h"  // undefines the macro fileno

namespace someos::multiprocessing {

// Of a child, while it lives. Thread-safe.
class ParentOfProcess {
 public:
  const std::string& name() const { return name_; }
  int64_t pid() const { return pid_; }
  // A descriptor that is readable once the parent has ended, however it has: for Select, Wait and
  // a Poller. It belongs to the library.
  int sentinel() const { return sentinel_; }
  int fileno() const { return sentinel_; }

  // Errnos of poll(2).
  absl::StatusOr<bool> IsAlive() const;
  // Waits until it has ended, and returns whether it has. Without a timeout for ever.
  absl::StatusOr<bool> Join(std::optional<absl::Duration> timeout = std::nullopt) const;

 private:
  friend std::optional<ParentOfProcess> ParentProcess();
  ParentOfProcess(std::string name, int64_t pid, int sentinel)
      : name_(std::move(name)), pid_(pid), sentinel_(sentinel) {}

  std::string name_;
  int64_t pid_;
  int sentinel_;
};

// nullopt in a process that this library has not started, and in its threads.
std::optional<ParentOfProcess> ParentProcess();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_PARENT_PROCESS_H_
