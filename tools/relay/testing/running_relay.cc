#include "someos/tools/relay/testing/running_relay.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/descriptor_limit.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/scripted_poller.h"

namespace someos::relay {
namespace {

// Longer than a busy machine needs.
constexpr std::chrono::seconds kPatience{30};

// As the program does; here for the test's own sockets, too.
std::unique_ptr<Poller> CreatePoller(const Backend& backend) {
  RaiseDescriptorLimit();
  return backend.create({}).value();
}

// `wait`, or a plain one, after `before`.
WaitFunction WaitAfter(std::function<void()> before, WaitFunction wait) {
  return [before = std::move(before), wait = std::move(wait)](
             Poller& poller, absl::Span<Event> events, absl::Duration timeout) {
    before();
    return wait ? wait(poller, events, timeout) : poller.Wait(events, timeout);
  };
}

}  // namespace

RunningRelay::RunningRelay(const Backend& backend, std::vector<SocketAddress> upstream,
                           Listener listener, const Limits& limits, WaitFunction wait)
    : poller_(std::make_unique<ScriptedPoller>(
          CreatePoller(backend), WaitAfter([this] { BeforeWait(); }, std::move(wait)))),
      address_(listener.address()),
      loop_(poller_.get(), std::move(listener), std::move(upstream), limits,
            [this](const Statistics& statistics) { report_->set_value(statistics); }),
      thread_([this] { Run(); }) {}

RunningRelay::RunningRelay(const Backend& backend, std::vector<SocketAddress> upstream,
                           absl::string_view listen, const Limits& limits, WaitFunction wait)
    : RunningRelay(backend, std::move(upstream), Listener::Open({AddressOf(listen)}).value(),
                   limits, std::move(wait)) {}

RunningRelay::~RunningRelay() {
  if (!thread_.joinable()) return;
  loop_.Stop();
  loop_.Stop();
  thread_.join();
}

void RunningRelay::Run() {
  absl::Status status = loop_.Run();
  const std::lock_guard<std::mutex> lock(mutex_);
  status_ = std::move(status);
  ended_ = true;
  changed_.notify_all();
}

void RunningRelay::BeforeWait() {
  std::unique_lock<std::mutex> lock(mutex_);
  at_last_wait_ = loop_.statistics();
  stands_still_ = to_stand_still_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !to_stand_still_; });
  stands_still_ = false;
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

Statistics RunningRelay::AtLastWait() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return at_last_wait_;
}

Statistics RunningRelay::AwaitUntil(const std::function<bool(const Statistics&)>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (!changed_.wait_until(lock, give_up, [&] { return condition(at_last_wait_); })) {
        ADD_FAILURE() << "the condition does not come true: " << ToString(at_last_wait_);
        return at_last_wait_;
      }
    }
    // The last wait may have been before what the test has just done.
    const Statistics statistics = Now();
    if (condition(statistics)) return statistics;
  }
}

Statistics RunningRelay::AwaitIdle() {
  return AwaitUntil([](const Statistics& statistics) { return statistics.active == 0; });
}

RunningRelay::Standstill::Standstill(RunningRelay& relay) : relay_(relay) {
  std::unique_lock<std::mutex> lock(relay_.mutex_);
  relay_.to_stand_still_ = true;
  EXPECT_TRUE(relay_.poller_->Wake().ok());
  EXPECT_TRUE(relay_.changed_.wait_for(lock, kPatience, [&] { return relay_.stands_still_; }));
}

RunningRelay::Standstill::~Standstill() {
  const std::lock_guard<std::mutex> lock(relay_.mutex_);
  relay_.to_stand_still_ = false;
  relay_.changed_.notify_all();
}

absl::Status RunningRelay::AwaitEnd() {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return ended_; })) {
      ADD_FAILURE() << "the relay does not end: " << ToString(at_last_wait_);
      loop_.Stop();
      loop_.Stop();
    }
  }
  thread_.join();
  return status_;
}

Statistics RunningRelay::Stop() {
  loop_.Stop();
  const absl::Status status = AwaitEnd();
  EXPECT_TRUE(status.ok()) << status;
  return loop_.statistics();
}

}  // namespace someos::relay
