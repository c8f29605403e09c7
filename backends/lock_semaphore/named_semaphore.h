// A semaphore of POSIX with a name, as Python's multiprocessing uses them.

#ifndef SOMEOS_BACKENDS_LOCK_SEMAPHORE_NAMED_SEMAPHORE_H_
#define SOMEOS_BACKENDS_LOCK_SEMAPHORE_NAMED_SEMAPHORE_H_

#include <semaphore.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace someos::lock_semaphore {

// Any thread of any process may post. Threads: all functions but moves and Unlink may be called by
// any thread at the same time. A forked child has the semaphore as well.
class NamedSemaphore {
 public:
  // Whether timeouts of Wait follow the monotonic clock, and sleep; otherwise the wall clock, or on
  // macOS, which has no timed wait, looking again with sleeps that grow to 10 ms.
  static bool monotonic();
  static bool timed_waits_sleep();
  // SEM_VALUE_MAX
  static unsigned int max_value();

  // A new one for this user alone (mode 0600), with a name as Python's: "/mp-" and 8 hexadecimal
  // digits. The object unlinks the name at its end, in the process that has created it.
  //
  // EINVAL: more than max_value(). EMFILE, ENFILE, ENOSPC, EACCES.
  static absl::StatusOr<NamedSemaphore> Create(unsigned int value);

  // One that exists: "/mp-12345678". ENOENT, EACCES, EINVAL.
  static absl::StatusOr<NamedSemaphore> Open(const std::string& name);

  NamedSemaphore(NamedSemaphore&& other) noexcept
      : semaphore_(std::exchange(other.semaphore_, nullptr)),
        name_(std::move(other.name_)),
        created_in_(std::exchange(other.created_in_, 0)) {}
  NamedSemaphore& operator=(NamedSemaphore&&) = delete;
  ~NamedSemaphore();

  const std::string& name() const { return name_; }

  // Takes 1 from the value, waiting until it is more than 0. Zero or less does not wait. Goes on
  // after signals. Returns 0, ETIMEDOUT or another errno.
  int Wait(absl::Duration timeout);

  // Adds 1 to the value. Returns 0 or EOVERFLOW.
  int Post();

  // Removes the name. Who has the semaphore open keeps it. ENOENT.
  absl::Status Unlink();

  // kUnimplemented on macOS.
  absl::StatusOr<int> Value() const;

 private:
  NamedSemaphore(sem_t* semaphore, std::string name, uint32_t created_in)
      : semaphore_(semaphore), name_(std::move(name)), created_in_(created_in) {}

  sem_t* semaphore_;
  std::string name_;
  uint32_t created_in_;  // the fork generation of the process that unlinks the name, or 0
};

}  // namespace someos::lock_semaphore

#endif  // SOMEOS_BACKENDS_LOCK_SEMAPHORE_NAMED_SEMAPHORE_H_
