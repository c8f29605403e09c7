#include "someos/testing/poller/soak/planted_bugs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/forwarding_poller.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/poll/poll_poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/scoped_fd.h"

namespace someos::soak {
namespace {

// A ForwardingPoller whose bug shows once in so many calls.
class BuggyPoller : public ForwardingPoller {
 protected:
  using ForwardingPoller::ForwardingPoller;
  bool OneIn(uint64_t n) { return ++calls_ % n == 0; }

 private:
  std::atomic<uint64_t> calls_{0};
};

class WakeDropper final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  absl::Status DoWake() override {
    return OneIn(20) ? absl::OkStatus() : ForwardingPoller::DoWake();
  }
};

class ChangeDropper final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    if (OneIn(500)) return absl::OkStatus();
    return ForwardingPoller::DoModify(fd, interest, data, trigger);
  }
};

class EventLoser final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    const absl::StatusOr<size_t> count = ForwardingPoller::DoWait(events, timeout).Take();
    return count.value_or(0) > 1 && OneIn(20) ? *count - 1 : count;
  }
};

class StaleReporter final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    const absl::StatusOr<size_t> count = ForwardingPoller::DoWait(events, timeout).Take();
    const size_t filled = count.value_or(0);
    if (filled > 0 && OneIn(50)) std::swap(events[0], stale_);
    if (filled > 0 && stale_.fd < 0) stale_ = events[0];
    return filled > 0 && events[0].fd < 0 ? 0 : count;
  }
  Event stale_;
};

class NothingReporter final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    const absl::StatusOr<size_t> count = ForwardingPoller::DoWait(events, timeout).Take();
    for (Event& event : events.first(count.value_or(0))) {
      if (OneIn(200)) event.readiness |= Readiness::kReadable;
    }
    return count;
  }
};

class EarlyWaiter final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    // By all of it: OpenBSD rounds up to ticks of 10 ms, and waits one more.
    return ForwardingPoller::DoWait(events, OneIn(5) ? absl::ZeroDuration() : timeout);
  }
};

class DescriptorLeaker final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    absl::MutexLock lock(mutex_);
    // Not so many that none are left, which would be found first.
    if (OneIn(10)) leaked_.emplace_back(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    return ForwardingPoller::DoRegister(fd, interest, data, trigger);
  }
  absl::Mutex mutex_;
  std::vector<ScopedFd> leaked_;
};

class Spinner final : public BuggyPoller {
  using BuggyPoller::BuggyPoller;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    const absl::Duration end = MonotonicNow() + timeout;
    while (true) {
      const uint64_t wakes = counters().wakes;
      const absl::StatusOr<size_t> count =
          ForwardingPoller::DoWait(events, absl::ZeroDuration()).Take();
      if (count.value_or(1) > 0 || counters().wakes > wakes || MonotonicNow() >= end) return count;
    }
  }
};

template <typename Bug>
absl::StatusOr<std::unique_ptr<Poller>> Create(const PollerOptions& options) {
  absl::StatusOr<std::unique_ptr<Poller>> poller = PollBackend().create(options);
  if (!poller.ok()) return poller.status();
  return std::make_unique<Bug>(*std::move(poller));
}

absl::StatusOr<std::unique_ptr<Poller>> CreateInterruptible(const PollerOptions&) {
  PollerOptions options;
  options.return_on_signal = true;
  return PollBackend().create(options);
}

std::string Limits() { return "one bug"; }

template <typename Bug>
constexpr Backend kWith = {"poll", "poll(2) with a bug", Create<Bug>, Limits};
constexpr Backend kInterruptible = {"poll", "poll(2) with a bug", CreateInterruptible, Limits};

}  // namespace

const Backend& DropsWakes() { return kWith<WakeDropper>; }
const Backend& DropsChanges() { return kWith<ChangeDropper>; }
const Backend& LosesEvents() { return kWith<EventLoser>; }
const Backend& ReportsStaleEvents() { return kWith<StaleReporter>; }
const Backend& ReportsForNothing() { return kWith<NothingReporter>; }
const Backend& TimesOutEarly() { return kWith<EarlyWaiter>; }
const Backend& ReturnsOnSignals() { return kInterruptible; }
const Backend& LeaksDescriptors() { return kWith<DescriptorLeaker>; }
const Backend& Spins() { return kWith<Spinner>; }

}  // namespace someos::soak
