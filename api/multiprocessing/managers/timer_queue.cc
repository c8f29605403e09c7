#include "someos/api/multiprocessing/managers/timer_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace someos::multiprocessing::internal {

TimerQueue::Id TimerQueue::Add(absl::Duration after, absl::AnyInvocable<void()> run) {
  const Id id = ++last_;
  const absl::Duration at = now_() + std::max(after, absl::ZeroDuration());
  pending_.emplace(Key(at, id), std::move(run));
  times_.emplace(id, at);
  return id;
}

void TimerQueue::Cancel(Id id) {
  const auto found = times_.find(id);
  if (found == times_.end()) return;
  pending_.erase(Key(found->second, id));
  times_.erase(found);
}

absl::Duration TimerQueue::UntilNext() const {
  if (pending_.empty()) return absl::InfiniteDuration();
  return std::max(pending_.begin()->first.first - now_(), absl::ZeroDuration());
}

void TimerQueue::RunDue() {
  const absl::Duration now = now_();
  const Id newest = last_;
  while (!pending_.empty() && pending_.begin()->first.first <= now &&
         pending_.begin()->first.second <= newest) {
    absl::AnyInvocable<void()> run = std::move(pending_.begin()->second);
    times_.erase(pending_.begin()->first.second);
    pending_.erase(pending_.begin());
    run();
  }
}

absl::Duration MonotonicTime() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace someos::multiprocessing::internal
