#include "someos/tools/relay/connection_timers.h"

#include <algorithm>
#include <chrono>

#include "absl/time/time.h"
#include "someos/tools/relay/connection.h"
#include "someos/tools/relay/limits.h"

namespace someos::relay {

ConnectionTimers::ConnectionTimers(const Limits& limits)
    : expires_(limits.idle_timeout != absl::InfiniteDuration()) {
  timers_[kIdle].timeout = absl::ToChronoNanoseconds(limits.idle_timeout);
  timers_[kConnecting].timeout = absl::ToChronoNanoseconds(limits.connect_timeout);
  timers_[kFailed].timeout = absl::ToChronoNanoseconds(limits.delivery_timeout);
}

void ConnectionTimers::Add(Connection& connection) {
  if (expires_) connection.timing().idle = timers_[kIdle].queue.Add(&connection, Clock::now());
  Update(connection, /*passed=*/false);
}

void ConnectionTimers::Remove(Connection& connection) {
  const Connection::Timing& timing = connection.timing();
  if (expires_) timers_[kIdle].queue.Remove(timing.idle);
  if (Timer* const timer = TimerOf(timing.stage)) timer->queue.Remove(timing.place);
}

void ConnectionTimers::UpdateStage(Connection& connection, bool passed) {
  Connection::Timing& timing = connection.timing();
  Timer* const before = TimerOf(timing.stage);
  Timer* const after = TimerOf(connection.stage());
  const bool is_new = before != after || connection.attempt() != timing.attempt;
  timing.stage = connection.stage();
  timing.attempt = connection.attempt();
  if (before != nullptr && is_new) before->queue.Remove(timing.place);
  if (after != nullptr && is_new) timing.place = after->queue.Add(&connection, Clock::now());
  if (after != nullptr && !is_new && passed) after->queue.Touch(timing.place, Clock::now());
}

ConnectionTimers::Timer* ConnectionTimers::TimerOf(Connection::Stage stage) {
  switch (stage) {
    case Connection::Stage::kConnecting:
      return &timers_[kConnecting];
    case Connection::Stage::kOpen:
      return nullptr;
    case Connection::Stage::kFailed:
      return &timers_[kFailed];
  }
  return nullptr;
}

ConnectionTimers::Clock::time_point ConnectionTimers::Timer::NextExpiry() const {
  const auto* const oldest = queue.oldest();
  return oldest == nullptr ? Clock::time_point::max() : oldest->since + timeout;
}

ConnectionTimers::Clock::time_point ConnectionTimers::NextExpiry() const {
  Clock::time_point next = Clock::time_point::max();
  for (const Timer& timer : timers_) next = std::min(next, timer.NextExpiry());
  return next;
}

Connection* ConnectionTimers::Expired(Reason reason, Clock::time_point now) const {
  const Timer& timer = timers_[reason];
  return timer.NextExpiry() <= now ? timer.queue.oldest()->member : nullptr;
}

}  // namespace someos::relay
