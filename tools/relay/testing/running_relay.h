// A relay in a thread of the test.

#ifndef SOMEOS_TOOLS_RELAY_TESTING_RUNNING_RELAY_H_
#define SOMEOS_TOOLS_RELAY_TESTING_RUNNING_RELAY_H_

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/scripted_poller.h"

namespace someos::relay {

// A request for statistics wakes the loop, and a loop that is woken also does what it forgot to
// wait for. So a test asks for them (Now) only about what the loop has done already, and waits for
// what it is to do by its peers, or by Await..., which do not wake it.
class RunningRelay {
 public:
  // `wait`, if there is one, makes the waits.
  RunningRelay(const Backend& backend, std::vector<SocketAddress> upstream, Listener listener,
               const Limits& limits = Limits(), WaitFunction wait = {});
  RunningRelay(const Backend& backend, std::vector<SocketAddress> upstream,
               absl::string_view listen = "127.0.0.1:0", const Limits& limits = Limits(),
               WaitFunction wait = {});
  // Stops it if it still runs.
  ~RunningRelay();

  const SocketAddress& address() const { return address_; }

  RelayLoop& loop() { return loop_; }

  // What it has counted up to now. Wakes it.
  Statistics Now();

  // What it had counted when it last began to wait.
  Statistics AtLastWait() const;

  // Waits until `condition` holds when the relay begins to wait, and still holds Now(), whose
  // answer it returns.
  Statistics AwaitUntil(const std::function<bool(const Statistics&)>& condition);

  // ... with no connection open.
  Statistics AwaitIdle();

  // While one lives, the relay stands still: all that happens is reported to it later, as far as
  // possible by one wait.
  class Standstill {
   public:
    explicit Standstill(RunningRelay& relay);
    ~Standstill();
    Standstill(const Standstill&) = delete;
    Standstill& operator=(const Standstill&) = delete;

   private:
    RunningRelay& relay_;
  };

  // Waits until Run() has returned, which it has to do by itself, and returns its status.
  absl::Status AwaitEnd();

  // Stops it, and returns what it has counted.
  Statistics Stop();

 private:
  // In the loop's thread.
  void BeforeWait();
  void Run();

  std::unique_ptr<Poller> poller_;
  SocketAddress address_;
  std::optional<std::promise<Statistics>> report_;
  RelayLoop loop_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Statistics at_last_wait_;
  bool to_stand_still_ = false;
  bool stands_still_ = false;
  bool ended_ = false;
  absl::Status status_;

  std::thread thread_;  // the last, as it uses the others
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_TESTING_RUNNING_RELAY_H_
