// The relay itself: one thread, one Poller, its listeners and as many connections as the system
// allows. Several of them make a relay of several threads (relay_threads.h).

#ifndef SOMEOS_TOOLS_RELAY_RELAY_LOOP_H_
#define SOMEOS_TOOLS_RELAY_RELAY_LOOP_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/acceptor.h"
#include "someos/tools/relay/client_inbox.h"
#include "someos/tools/relay/connection.h"
#include "someos/tools/relay/connection_timers.h"
#include "someos/tools/relay/crew.h"
#include "someos/tools/relay/hangup_watch.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/pipe_pool.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

// A connection takes two descriptors and at most two buffers of Limits::buffer_bytes, both only
// while a peer does not read; instead of a buffer it may have one of the pipes of PipePool.
class RelayLoop {
 public:
  // Called in the loop's thread when ReportStatistics() asks for it.
  using Reporter = std::function<void(const Statistics&)>;

  // `poller` is not owned and watches nothing else. `upstream` holds at least
  // one address; see ConnectionContext.
  RelayLoop(Poller* poller, Listener listener, std::vector<SocketAddress> upstream,
            const Limits& limits, Reporter reporter);
  // `crew`, if not null, is what it shares with other loops, and is not owned.
  RelayLoop(Poller* poller, std::vector<Listener> listeners, std::vector<SocketAddress> upstream,
            const Limits& limits, Reporter reporter, Crew* crew = nullptr);
  RelayLoop(const RelayLoop&) = delete;
  RelayLoop& operator=(const RelayLoop&) = delete;

  // Relays until Stop() is called. To be called once. An error means that the poller failed.
  absl::Status Run();

  // Makes Run() return. The first call stops accepting and reading, and lets Run() deliver what has
  // been read, for at most Limits::drain_timeout; the second call makes it return at once.
  // Connections that are open then are reset, as are those that are still connecting at the first
  // call. Safe from any thread and from a signal handler.
  void Stop();

  // Makes Run() call the reporter soon. Safe from any thread and from a signal handler.
  void ReportStatistics();

  // Gives it a client that another loop has accepted or gives back. False if too many are on their
  // way already; then `*given` is as it was. Safe from any thread, until the loop is destroyed.
  bool Give(GivenClient* given);

  // For the loop's thread, or when Run() has returned.
  Statistics statistics() const;

 private:
  using Clock = ConnectionTimers::Clock;

  absl::Duration WaitTimeout() const;
  // Waits, and handles what is ready. Errors are the poller's.
  absl::Status Turn();
  absl::Status OnEvent(const Event& event);
  void OnRequests();
  // Begins connections with the clients that other loops have given. Errors are the poller's.
  absl::Status TakeGivenClients();

  // Begins a connection with `*client`, or leaves the client there and says what is wanting.
  absl::Status BeginConnection(Socket* client);
  // Closes a client: there are enough connections.
  void TurnAway(Socket* client);
  // Lets a connection do what `readiness` of `end` allows, and takes notice of the outcome.
  void Serve(Connection::End& end, Readiness readiness);
  // Lets it do what it is ready for right now, be it reported or not.
  void ServeAtOnce(Connection& connection);
  // Ends what has lasted too long.
  void ExpireConnections();
  void Expire(Connection& connection, ConnectionTimers::Reason reason);
  // Finds out which of the connections that the poller does not tell it about have lost a peer.
  void LookForHangups();

  void Retire(Connection& connection);
  void BeginStopping();

  Poller& poller_;
  const std::vector<SocketAddress> upstream_;
  const Limits limits_;
  const Reporter reporter_;
  Crew own_crew_;
  Crew& crew_;
  ClientInbox inbox_;
  Statistics statistics_;
  const std::unique_ptr<char[]> scratch_;
  PipePool pipes_;
  HangupWatch hangups_;
  const ConnectionContext context_;

  Acceptor acceptor_;
  int failed_waits_ = 0;  // in a row, for want of memory

  std::vector<Event> events_;
  ConnectionTimers timers_;
  std::vector<std::unique_ptr<Connection>> connections_;
  // Closed, but perhaps still named by an event of the current batch.
  std::vector<std::unique_ptr<Connection>> retired_;

  bool stopping_ = false;
  Clock::time_point stop_at_;

  std::atomic<int> stops_requested_{0};
  std::atomic<bool> report_requested_{false};
  static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
                "a signal handler sets them");
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_RELAY_LOOP_H_
