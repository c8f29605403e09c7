// Accepts the clients of a relay, and pauses while nothing can be done for them.

#ifndef SOMEOS_TOOLS_RELAY_ACCEPTOR_H_
#define SOMEOS_TOOLS_RELAY_ACCEPTOR_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/crew.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

// When a connection cannot be begun for want of something (descriptors of the process or the
// system, numbers that the poller can hold, room in the backlog of an upstream Unix socket),
// accepting pauses: the listeners' interest is none, the client that was accepted already is kept
// for later, with those that other loops give back, and the others wait in the kernel's backlogs.
// It is to be tried again whenever a connection has closed, and from time to time in case the want
// was the system's.
//
// An upstream Unix socket whose backlog is full for longer than the connect timeout does not
// answer: until it takes a connection again, clients are closed with a reset.
class Acceptor {
 public:
  using Clock = std::chrono::steady_clock;

  // Begins a connection with `*client`, or leaves the client there and says what is wanting:
  // kUnavailable for room in a backlog.
  using Begin = std::function<absl::Status(Socket* client)>;

  // `poller`, `crew` and `statistics` are not owned. The `data` of the listeners' events are 0, 1,
  // 2 and so on.
  Acceptor(Poller* poller, Crew* crew, std::vector<Listener> listeners,
           absl::Duration connect_timeout, Statistics* statistics, Begin begin);

  bool IsListener(uint64_t data) const { return data < listeners_.size(); }

  // Watches the listeners. Errors, here and below, are the poller's.
  absl::Status Start();

  // Accepts from the listener that is ready, until no client waits, a fair number is done or
  // accepting has to pause.
  absl::Status OnReady(uint64_t data);

  // Takes back a client for which another loop can begin no connection, as `why` says. It is kept
  // for later, or closed with a reset after Stop().
  absl::Status TakeBack(Socket client, const absl::Status& why);

  // Accepts from all of them. Only if paused().
  absl::Status Retry();

  bool paused() const { return paused_; }
  // When Retry() is to be called at the latest; time_point::max() if not paused.
  Clock::time_point retry_at() const { return paused_ ? retry_at_ : Clock::time_point::max(); }

  // Closes the listeners. The clients that are kept for later are closed with resets.
  void Stop();

 private:
  // OK, or why accepting has to pause.
  absl::Status AcceptFrom(const Listener& listener);
  // With the first of `waiting_`.
  absl::Status BeginConnection();
  void Refuse(const absl::Status& reason);
  absl::Status Pause(const absl::Status& reason);
  absl::Status Watch(bool watch);

  Poller& poller_;
  Crew& crew_;
  std::vector<Listener> listeners_;
  const absl::Duration connect_timeout_;
  Statistics& statistics_;
  const Begin begin_;
  std::vector<Socket> waiting_;  // accepted, and to be served first when accepting goes on
  bool stopped_ = false;
  bool paused_ = false;
  Clock::time_point retry_at_;
  size_t first_to_retry_ = 0;  // in turn, so that none is favoured
  // Since when the server's backlog is full; time_point::max() if it is not.
  Clock::time_point full_since_ = Clock::time_point::max();
  int vain_accepts_ = 0;         // in a row
  bool pause_reported_ = false;  // each is reported once, and then only counted
  bool refusal_reported_ = false;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_ACCEPTOR_H_
