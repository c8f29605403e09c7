// A relay of one or more threads.

#ifndef SOMEOS_TOOLS_RELAY_RELAY_THREADS_H_
#define SOMEOS_TOOLS_RELAY_RELAY_THREADS_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/crew.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

// Each thread is a RelayLoop with a poller and connections of its own. The first one accepts, and
// gives the clients to all in turn; so each serves the same number, on every system and for every
// kind of listener. (The kernel's distribution, SO_REUSEPORT, is by chance and for TCP only.) The
// limits hold for all threads together.
//
// A client goes back to the first thread if another one can begin no connection, for want of
// descriptors or the like. That thread tries again when one of its own connections has closed, and
// from time to time (acceptor.h).
class RelayThreads {
 public:
  // A thread for each of `pollers`, which are not owned, not empty, and watch nothing else.
  // `reporter` is called in any of the threads, for one report at a time.
  RelayThreads(absl::Span<Poller* const> pollers, std::vector<Listener> listeners,
               const std::vector<SocketAddress>& upstream, const Limits& limits,
               RelayLoop::Reporter reporter);
  RelayThreads(const RelayThreads&) = delete;
  RelayThreads& operator=(const RelayThreads&) = delete;

  // As those of RelayLoop. The calling thread is the first one; the others end before it returns.
  // An error is that of a poller, or says that a thread could not be made.
  absl::Status Run();
  void Stop();
  // The report is the sum of what all threads have counted.
  void ReportStatistics();

  // The sum; when Run() has returned.
  Statistics statistics() const;

  // What each thread has counted; when Run() has returned.
  std::vector<Statistics> EachThread() const;

 private:
  bool HandOut(Socket* client);
  // A loop's answer to ReportStatistics(), in its thread.
  void OnReport(size_t loop, const Statistics& statistics);

  const RelayLoop::Reporter reporter_;
  Crew crew_;
  size_t next_ = 0;  // whose turn it is
  std::vector<std::unique_ptr<RelayLoop>> loops_;

  std::mutex reports_mutex_;
  std::vector<std::optional<Statistics>> reports_;  // of the current request, as they come
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_RELAY_THREADS_H_
