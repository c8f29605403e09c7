#include "someos/api/multiprocessing/managers/wait_queue.h"

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/timer_queue.h"

namespace someos::multiprocessing::internal {

void WaitQueue::Add(Call call, std::optional<absl::Duration> timeout, Continuation on_wake,
                    Continuation on_timeout) {
  PendingCall& pending = call.pending();
  waiting_.push_back({std::move(call), std::move(on_wake), std::move(on_timeout), 0});
  const Place place = std::prev(waiting_.end());
  pending.OnAbandon([this, place] { Take(place); });
  if (!timeout.has_value() || *timeout == absl::InfiniteDuration()) return;
  place->timer = timers_->Add(*timeout, [this, place] {
    Waiting waiting = Take(place);
    // The call may be the last that refers to the object whose queue this is.
    const std::shared_ptr<SharedObject> target = waiting.call.pending().target();
    waiting.on_timeout(std::move(waiting.call));
  });
}

WaitQueue::Waiting WaitQueue::Take(Place place) {
  Waiting taken = std::move(*place);
  waiting_.erase(place);
  if (taken.timer != 0) timers_->Cancel(taken.timer);
  taken.call.pending().OnAbandon(nullptr);
  return taken;
}

bool WaitQueue::WakeOne() {
  if (waiting_.empty()) return false;
  Waiting waiting = Take(waiting_.begin());
  waiting.on_wake(std::move(waiting.call));
  return true;
}

void WaitQueue::WakeAll() {
  for (size_t remaining = waiting_.size(); remaining > 0 && WakeOne(); --remaining) {
  }
}

void WaitQueue::Clear() {
  while (!waiting_.empty()) Take(waiting_.begin());
}

}  // namespace someos::multiprocessing::internal
