// The example of api/threading/find_a_race.md.

#ifndef SOMEOS_TESTING_THREADING_EXAMPLE_JOB_QUEUE_H_
#define SOMEOS_TESTING_THREADING_EXAMPLE_JOB_QUEUE_H_

#include <deque>
#include <mutex>

#include "someos/api/threading.h"

namespace someos {

// Jobs for worker threads. It has a bug, unless `notify_always`.
class JobQueue {
 public:
  explicit JobQueue(bool notify_always) : notify_always_(notify_always) {}

  void Put(int job) {
    const std::scoped_lock held(condition_);
    jobs_.push_back(job);
    // A worker waits only if the queue was empty.
    if (jobs_.size() == 1 || notify_always_) condition_.Notify().IgnoreError();
  }

  int Take() {
    const std::scoped_lock held(condition_);
    while (jobs_.empty()) condition_.Wait().status().IgnoreError();
    const int job = jobs_.front();
    jobs_.pop_front();
    return job;
  }

 private:
  const bool notify_always_;
  threading::Condition condition_;
  std::deque<int> jobs_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_EXAMPLE_JOB_QUEUE_H_
