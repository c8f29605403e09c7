// Tells a forked child whether its parent has changed something that they share.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_CHANGE_COUNT_H_
#define SOMEOS_BACKENDS_POLLER_BASE_CHANGE_COUNT_H_

#include <atomic>
#include <cstdint>

namespace someos::poller_base {

// Counts the changes of the process that made it, in memory of its own and in a page that it shares
// with its children. Not thread-safe.
class ChangeCount {
 public:
  ChangeCount();
  ChangeCount(const ChangeCount&) = delete;
  ChangeCount& operator=(const ChangeCount&) = delete;
  ~ChangeCount();

  // Before each change.
  void Add() {
    ++own_;
    if (shared_ != nullptr) shared_->store(own_, std::memory_order_release);
  }

  // In a forked child: true if the parent has made no change since the fork. False if it has, or if
  // there is no memory to share.
  bool UnchangedSinceFork() const {
    return shared_ != nullptr && shared_->load(std::memory_order_acquire) == own_;
  }

 private:
  uint64_t own_ = 0;
  std::atomic<uint64_t>* shared_ = nullptr;
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_CHANGE_COUNT_H_
