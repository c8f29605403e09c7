// Which connections have been as they are for too long.

#ifndef SOMEOS_TOOLS_RELAY_CONNECTION_TIMERS_H_
#define SOMEOS_TOOLS_RELAY_CONNECTION_TIMERS_H_

#include <array>
#include <chrono>
#include <cstddef>

#include "someos/tools/relay/connection.h"
#include "someos/tools/relay/idle_queue.h"
#include "someos/tools/relay/limits.h"

namespace someos::relay {

// Every operation takes constant time. The clock is read only to begin a time anew.
class ConnectionTimers {
 public:
  using Clock = IdleQueue<Connection>::Clock;

  // Why a connection's time is over: the timeouts of Limits.
  enum Reason : size_t {
    kIdle,        // idle_timeout
    kConnecting,  // connect_timeout, of this attempt to connect
    kFailed,      // delivery_timeout
  };
  static constexpr Reason kReasons[] = {kIdle, kConnecting, kFailed};

  explicit ConnectionTimers(const Limits& limits);

  // For a connection that begins, and one that ends.
  void Add(Connection& connection);
  void Remove(Connection& connection);

  // For one to which something may have happened; `passed` says whether data or the end of a stream
  // has passed.
  void Update(Connection& connection, bool passed) {
    if (passed && expires_) timers_[kIdle].queue.Touch(connection.timing().idle, Clock::now());
    constexpr Connection::Stage kOpen = Connection::Stage::kOpen;
    if (connection.stage() != kOpen || connection.timing().stage != kOpen) {
      UpdateStage(connection, passed);
    }
  }

  // When the first of these times is over; time_point::max() if none is running.
  Clock::time_point NextExpiry() const;

  // The connection whose time for `reason` was over first, at `now` or before; null if there is
  // none.
  Connection* Expired(Reason reason, Clock::time_point now) const;

 private:
  struct Timer {
    std::chrono::nanoseconds timeout;
    IdleQueue<Connection> queue;

    Clock::time_point NextExpiry() const;
  };

  void UpdateStage(Connection& connection, bool passed);
  // Null for a stage that may last.
  Timer* TimerOf(Connection::Stage stage);

  const bool expires_;  // idle connections do
  std::array<Timer, 3> timers_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_CONNECTION_TIMERS_H_
