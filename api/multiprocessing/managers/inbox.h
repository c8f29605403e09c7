// Functions that other threads hand to an event loop. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_INBOX_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_INBOX_H_

#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/mutex_lock.h"

namespace someos::multiprocessing::internal {

// Thread-safe. Outlives the loop in those who post.
class Inbox {
 public:
  // `wake` makes the loop call TakeAll. It is not called any more once Close has returned.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Destroys `run` if the inbox is closed.
  void Post(absl::AnyInvocable<void()> run) ABSL_LOCKS_EXCLUDED(mutex_) {
    base::MutexLock lock(mutex_);
    if (wake_ == nullptr) return;
    posted_.push_back(std::move(run));
    wake_();
  }

  std::vector<absl::AnyInvocable<void()>> TakeAll() ABSL_LOCKS_EXCLUDED(mutex_) {
    base::MutexLock lock(mutex_);
    return std::exchange(posted_, {});
  }

  void Close() ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<absl::AnyInvocable<void()>> dropped;  // destroyed without the lock
    base::MutexLock lock(mutex_);
    dropped.swap(posted_);
    wake_ = nullptr;
  }

 private:
  absl::Mutex mutex_;
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::AnyInvocable<void()>> posted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_INBOX_H_
