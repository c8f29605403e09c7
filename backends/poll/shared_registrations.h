// The registrations of a poll object, for threads and forks.

#ifndef SOMEOS_BACKENDS_POLL_SHARED_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_POLL_SHARED_REGISTRATIONS_H_

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/poll/poll_registrations.h"

namespace someos::select::internal {

// Thread-safe. A child that is forked while another thread is in a method finds the registrations
// as they were before or after that call, and no lock that nobody unlocks.
//
// There are two copies, which are changed one after the other, so that one of them is whole at
// every moment. That costs memory and time twice, in an object whose waits look at every
// descriptor.
class SharedRegistrations {
 public:
  SharedRegistrations() = default;
  SharedRegistrations(const SharedRegistrations&) = delete;
  SharedRegistrations& operator=(const SharedRegistrations&) = delete;

  // As in PollRegistrations.
  void Set(int fd, uint16_t mask);
  bool Change(int fd, uint16_t mask);
  bool Remove(int fd);

  // Makes `watched` the registered descriptors, if they have changed since `version`, which it
  // makes the present one; it is never 0.
  void CopyIfChanged(std::vector<pollfd>& watched, uint64_t& version);

  // Exchanges the registrations. No other call may run on either object.
  void Swap(SharedRegistrations& other);

 private:
  class Lock;

  PollRegistrations& Whole() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) { return *copies_[whole_]; }
  // Performs `operation` on both copies.
  template <typename Operation>
  bool Apply(Operation operation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);
  // Replaces the copy that the parent's thread was changing.
  void Recover() ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_);

  base::ProcessLock lock_;
  std::unique_ptr<PollRegistrations> copies_[2] ABSL_GUARDED_BY(lock_) = {
      std::make_unique<PollRegistrations>(), std::make_unique<PollRegistrations>()};
  std::atomic<int> whole_{0};  // index of the copy that is not being changed
  uint64_t version_ ABSL_GUARDED_BY(lock_) = 1;
};

}  // namespace someos::select::internal

#endif  // SOMEOS_BACKENDS_POLL_SHARED_REGISTRATIONS_H_
