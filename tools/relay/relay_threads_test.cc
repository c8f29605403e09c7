// A relay of several threads, on every linked backend.

#include "someos/tools/relay/relay_threads.h"

#include <errno.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/tools/relay/descriptor_limit.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/full_server.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/scripted_poller.h"

namespace someos::relay {
namespace {

constexpr int kThreads = 3;

// Runs in threads of its own.
class RunningThreads {
 public:
  RunningThreads(const Backend& backend, const SocketAddress& server, const Limits& limits,
                 const char* listen, const std::vector<WaitFunction>& waits)
      : pollers_(Pollers(backend, waits)),
        listener_(Listener::Open({AddressOf(listen)}).value()),
        address_(listener_.address()),
        relay_(Raw(pollers_), One(std::move(listener_)), {server}, limits,
               [this](const Statistics& statistics) { report_.set_value(statistics); }),
        thread_([this] { status_ = relay_.Run(); }) {}

  ~RunningThreads() {
    if (thread_.joinable()) End();
  }

  const SocketAddress& address() const { return address_; }
  RelayThreads& relay() { return relay_; }
  Poller& first_poller() { return *pollers_.front(); }

  // What all threads have counted up to now. To be called once: there is one report to a request.
  Statistics Now() {
    relay_.ReportStatistics();
    return report_.get_future().get();
  }

  absl::Status AwaitEnd() {
    thread_.join();
    return status_;
  }

  // Stops it without waiting for connections.
  void End() {
    relay_.Stop();
    relay_.Stop();
    EXPECT_TRUE(AwaitEnd().ok()) << status_;
  }

 private:
  static std::vector<std::unique_ptr<Poller>> Pollers(const Backend& backend,
                                                      const std::vector<WaitFunction>& waits) {
    RaiseDescriptorLimit();
    std::vector<std::unique_ptr<Poller>> pollers;
    for (const WaitFunction& wait : waits) {
      pollers.push_back(std::make_unique<ScriptedPoller>(backend.create({}).value(), wait));
    }
    return pollers;
  }

  static std::vector<Poller*> Raw(const std::vector<std::unique_ptr<Poller>>& pollers) {
    std::vector<Poller*> raw;
    for (const std::unique_ptr<Poller>& poller : pollers) raw.push_back(poller.get());
    return raw;
  }

  static std::vector<Listener> One(Listener listener) {
    std::vector<Listener> listeners;
    listeners.push_back(std::move(listener));
    return listeners;
  }

  std::vector<std::unique_ptr<Poller>> pollers_;
  Listener listener_;
  const SocketAddress address_;
  std::promise<Statistics> report_;
  RelayThreads relay_;
  absl::Status status_;
  std::thread thread_;
};

// Holds up a thread when it is about to wait.
class Gate {
 public:
  WaitFunction Wait() {
    return [this](Poller& poller, absl::Span<Event> events, absl::Duration timeout) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        waits_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !closed_; });
        waits_ = false;
        changed_.notify_all();
      }
      return poller.Wait(events, timeout);
    };
  }

  // Returns when the thread, which `wake` wakes, is held up.
  void Close(const std::function<void()>& wake) {
    std::unique_lock<std::mutex> lock(mutex_);
    closed_ = true;
    wake();
    changed_.wait(lock, [this] { return waits_; });
  }

  // Returns when it goes on.
  void Open() {
    std::unique_lock<std::mutex> lock(mutex_);
    closed_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !waits_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closed_ = false;
  bool waits_ = false;
};

absl::StatusOr<size_t> PlainWait(Poller& poller, absl::Span<Event> events, absl::Duration timeout) {
  return poller.Wait(events, timeout);
}

class RelayThreadsTest : public RelayTest {
 protected:
  std::unique_ptr<RunningThreads> Start(const Limits& limits = Limits(),
                                        const char* listen = "127.0.0.1:0") {
    return std::make_unique<RunningThreads>(backend(), server().address(), limits, listen,
                                            std::vector<WaitFunction>(kThreads, PlainWait));
  }

  Peers Connect(const RunningThreads& relay) {
    Peer client = Peer::ConnectedTo(relay.address());
    return {std::move(client), server().Accept()};
  }

  std::vector<Peers> ConnectAndTalk(const RunningThreads& relay, int connections) {
    std::vector<Peers> all;
    for (int i = 0; i < connections; ++i) {
      all.push_back(Connect(relay));
      RoundTrip(all.back().client, all.back().upstream);
    }
    return all;
  }
};

TEST_P(RelayThreadsTest, EachServesItsShareAndTheReportIsTheSum) {
  for (const char* const listen : {"127.0.0.1:0", "unix:relay.socket"}) {
    SCOPED_TRACE(listen);
    const auto relay = Start(Limits(), listen);
    constexpr int kEach = 10;
    std::vector<Peers> all = ConnectAndTalk(*relay, kEach * kThreads);
    const Statistics now = relay->Now();
    EXPECT_EQ(now.accepted, kEach * kThreads);
    EXPECT_EQ(now.active, kEach * kThreads);
    EXPECT_EQ(now.to_upstream.bytes, kEach * kThreads * 7);
    for (auto& [client, upstream] : all) RoundTrip(client, upstream);
    relay->End();
    for (const Statistics& one : relay->relay().EachThread()) EXPECT_EQ(one.accepted, kEach);
    EXPECT_EQ(relay->relay().statistics().to_upstream.bytes, 2 * kEach * kThreads * 7);
  }
}

TEST_P(RelayThreadsTest, ManyClientsAtOnce) {
  const auto relay = Start();
  constexpr int kClients = 300;
  std::vector<Peer> clients;
  std::vector<Peer> upstreams;
  for (int i = 0; i < kClients; ++i) clients.push_back(Peer::ConnectedTo(relay->address()));
  for (Peer& client : clients) {
    ASSERT_TRUE(client.Send("x"));
    client.EndStream();
  }
  for (int i = 0; i < kClients; ++i) {
    Peer upstream = server().Accept();
    EXPECT_EQ(upstream.ReceiveAll().data, "x");
    ASSERT_TRUE(upstream.Send("y"));
  }
  for (Peer& client : clients) EXPECT_EQ(client.ReceiveAll().data, "y");
}

TEST_P(RelayThreadsTest, TheLimitIsForAllTogether) {
  constexpr int kAllowed = 4;
  const auto relay = Start(WithMaxConnections(kAllowed));
  std::vector<Peers> served = ConnectAndTalk(*relay, kAllowed);
  for (int i = 0; i < 2 * kThreads; ++i) {
    EXPECT_EQ(Peer::ConnectedTo(relay->address()).ReceiveAll().error, ECONNRESET);
  }
  for (auto& [client, upstream] : served) RoundTrip(client, upstream);
  const Statistics now = relay->Now();
  EXPECT_EQ(now.limited, 2 * kThreads);
  EXPECT_EQ(now.active, kAllowed);
}

TEST_P(RelayThreadsTest, IdleConnectionsOfAllAreReset) {
  Limits limits;
  limits.idle_timeout = absl::Milliseconds(100);
  const auto relay = Start(limits);
  std::vector<Peers> idle;
  for (int i = 0; i < kThreads; ++i) idle.push_back(Connect(*relay));
  for (auto& [client, upstream] : idle) EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->Now().expired, kThreads);
}

// Whichever thread a client was given to, it waits until there are descriptors, and is served.
TEST_P(RelayThreadsTest, ClientsWaitForDescriptors) {
  constexpr int kClients = 2 * kThreads;
  Gate gate;
  std::vector<WaitFunction> waits(kThreads, PlainWait);
  waits.front() = gate.Wait();
  RunningThreads relay(backend(), server().address(), Limits(), "127.0.0.1:0", waits);
  const auto wake = [&] { EXPECT_TRUE(relay.first_poller().Wake().ok()); };
  for (int free = 0; free < 2 * kClients; ++free) {
    SCOPED_TRACE(absl::StrCat(free, " free"));
    std::vector<Peer> clients;
    gate.Close(wake);
    for (int i = 0; i < kClients; ++i) clients.push_back(Peer::ConnectedTo(relay.address()));
    std::optional<DescriptorBudget> budget(free);
    gate.Open();
    gate.Close(wake);  // it has met its clients
    gate.Open();
    budget.reset();
    for (Peer& client : clients) {
      ASSERT_TRUE(client.Send("hello"));
      client.EndStream();
    }
    for (int i = 0; i < kClients; ++i) EXPECT_EQ(server().Accept().ReceiveAll().data, "hello");
  }
  relay.End();
  EXPECT_GE(relay.relay().statistics().exhausted, 1);
  EXPECT_EQ(relay.relay().statistics().refused, 0);
}

// The threads learn only from connect() that there is no room; they give their clients back.
TEST_P(RelayThreadsTest, ClientsWaitForRoomInTheServersBacklog) {
  if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  constexpr int kClients = 5 * kThreads;
  const Listener server = Listener::Open({AddressOf("unix:small.socket")}).value();
  ASSERT_EQ(listen(server.fd(), 0), 0);
  Limits limits;
  limits.connect_timeout = absl::Seconds(60);
  RunningThreads relay(backend(), server.address(), limits, "127.0.0.1:0",
                       std::vector<WaitFunction>(kThreads, PlainWait));
  std::vector<Peer> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(Peer::ConnectedTo(relay.address()));
    ASSERT_TRUE(clients.back().Send("hello"));
    clients.back().EndStream();
  }
  for (int i = 0; i < kClients; ++i) {
    EXPECT_EQ(AcceptFrom(server.fd()).ReceiveAll().data, "hello");
  }
  relay.End();
  const Statistics statistics = relay.relay().statistics();
  EXPECT_EQ(statistics.accepted, kClients);
  EXPECT_EQ(statistics.refused, 0);
  EXPECT_GE(statistics.exhausted, 1);
}

TEST_P(RelayThreadsTest, StopDeliversWhatAllHaveRead) {
  Limits limits;
  limits.drain_timeout = absl::Seconds(30);
  const auto relay = Start(limits);
  std::vector<Peers> all = ConnectAndTalk(*relay, kThreads);
  relay->relay().Stop();
  for (auto& [client, upstream] : all) EXPECT_EQ(client.ReceiveAll().error, 0);
  EXPECT_TRUE(relay->AwaitEnd().ok());
  const Statistics statistics = relay->relay().statistics();
  EXPECT_EQ(statistics.active, 0);
  EXPECT_EQ(statistics.reset, 0);
}

TEST_P(RelayThreadsTest, APollerThatFailsEndsAll) {
  for (int failing = 0; failing < kThreads; ++failing) {
    std::vector<WaitFunction> waits(kThreads, PlainWait);
    waits[failing] = [](Poller&, absl::Span<Event>, absl::Duration) {
      return absl::InternalError("broken");
    };
    RunningThreads relay(backend(), server().address(), Limits(), "127.0.0.1:0", waits);
    EXPECT_EQ(relay.AwaitEnd().message(), "broken");
  }
}

INSTANTIATE_TEST_SUITE_P(Linked, RelayThreadsTest, ::testing::ValuesIn(EveryBackend()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
