#include "someos/tools/relay/testing/running_relay.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/descriptor_limit.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {
namespace {

// Longer than a busy machine needs.
constexpr std::chrono::seconds kPatience{30};

// As the program does; here for the test's own sockets, too.
std::unique_ptr<Poller> CreatePoller(const Backend& backend) {
  RaiseDescriptorLimit();
  return backend.create({}).value();
}

}  // namespace

RunningRelay::RunningRelay(const Backend& backend, std::vector<SocketAddress> upstream,
                           absl::string_view listen, const Limits& limits)
    : poller_(CreatePoller(backend)),
      listener_(Listener::Open({AddressOf(listen)}).value()),
      address_(listener_.address()),
      loop_(poller_.get(), std::move(listener_), std::move(upstream), limits,
            [this](const Statistics& statistics) { report_->set_value(statistics); }),
      thread_([this] { status_ = loop_.Run(); }) {}

RunningRelay::~RunningRelay() {
  if (thread_.joinable()) Stop();
}

Statistics RunningRelay::Now() {
  std::future<Statistics> report = report_.emplace().get_future();
  loop_.ReportStatistics();
  if (report.wait_for(kPatience) != std::future_status::ready) {
    ADD_FAILURE() << "no report";
    return Statistics();
  }
  return report.get();
}

Statistics RunningRelay::AwaitUntil(const std::function<bool(const Statistics&)>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  Statistics statistics = Now();
  while (!condition(statistics)) {
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << "in vain; " << ToString(statistics);
      break;
    }
    std::this_thread::yield();
    statistics = Now();
  }
  return statistics;
}

Statistics RunningRelay::AwaitIdle() {
  return AwaitUntil([](const Statistics& statistics) { return statistics.active == 0; });
}

Statistics RunningRelay::Stop() {
  loop_.Stop();
  thread_.join();
  EXPECT_TRUE(status_.ok()) << status_;
  return loop_.statistics();
}

void RoundTrip(Peer& client, Peer& server) {
  ASSERT_TRUE(client.Send("request"));
  ASSERT_EQ(server.Receive(7), "request");
  ASSERT_TRUE(server.Send("answer"));
  ASSERT_EQ(client.Receive(6), "answer");
}

}  // namespace someos::relay
