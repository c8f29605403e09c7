// What threads tell the session.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_NOTICE_QUEUE_H_
#define SOMEOS_TOOLS_SHELL_SESSION_NOTICE_QUEUE_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/backends/base/mutex_lock.h"

namespace someos::shell {

// One of them is empty.
struct Notice {
  std::string text;     // to be shown
  std::string command;  // to be executed
};

// Thread-safe.
class NoticeQueue {
 public:
  void Post(Notice notice) ABSL_LOCKS_EXCLUDED(mutex_) {
    const base::MutexLock lock(mutex_);
    notices_.push_back(std::move(notice));
    if (wake_) wake_();
  }

  // The oldest one, for which it waits until the timeout has passed.
  std::optional<Notice> Take(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_) {
    const base::MutexLock lock(mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &NoticeQueue::HasAny), timeout);
    if (notices_.empty()) return std::nullopt;
    Notice notice = std::move(notices_.front());
    notices_.pop_front();
    return notice;
  }

  // Called after each Post, by any thread, with the queue locked. May be empty.
  void SetWake(std::function<void()> wake) ABSL_LOCKS_EXCLUDED(mutex_) {
    const base::MutexLock lock(mutex_);
    wake_ = std::move(wake);
  }

 private:
  bool HasAny() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !notices_.empty(); }

  absl::Mutex mutex_;
  std::deque<Notice> notices_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> wake_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_NOTICE_QUEUE_H_
