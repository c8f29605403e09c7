#include "someos/testing/poller/differential/planted_bugs.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/forwarding_poller.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/poll/poll_poller.h"

namespace someos::differential {
namespace {

class HangupDropper final : public ForwardingPoller {
  using ForwardingPoller::ForwardingPoller;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    const absl::StatusOr<size_t> count = ForwardingPoller::DoWait(events, timeout).Take();
    for (size_t i = 0; i < count.value_or(0); ++i) {
      if (!events[i].hangup() || events[i].readiness == Readiness::kHangup) continue;
      events[i].readiness = static_cast<Readiness>(static_cast<int>(events[i].readiness) &
                                                   ~static_cast<int>(Readiness::kHangup));
    }
    return count;
  }
};

class OneShotForgetter final : public ForwardingPoller {
  using ForwardingPoller::ForwardingPoller;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    if (trigger == Trigger::kOneShot) trigger = Trigger::kLevel;
    return ForwardingPoller::DoModify(fd, interest, data, trigger);
  }
};

class StaleReporter final : public ForwardingPoller {
  using ForwardingPoller::ForwardingPoller;
  absl::Status DoUnregister(int fd) override {
    if (last_.has_value() && last_->fd == fd) stale_ = last_;
    return ForwardingPoller::DoUnregister(fd);
  }
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    if (stale_.has_value()) {
      events[0] = *std::exchange(stale_, std::nullopt);
      return 1;
    }
    const absl::StatusOr<size_t> count = ForwardingPoller::DoWait(events, timeout).Take();
    if (count.value_or(0) > 0) last_ = events[0];
    return count;
  }
  std::optional<Event> last_;
  std::optional<Event> stale_;
};

class WakeLoser final : public ForwardingPoller {
  using ForwardingPoller::ForwardingPoller;
  absl::Status DoWake() override {
    pending_ = !pending_;
    return absl::OkStatus();
  }
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    if (std::exchange(pending_, false)) timeout = absl::ZeroDuration();
    return ForwardingPoller::DoWait(events, timeout);
  }
  bool pending_ = false;
};

class EnoentAnswerer final : public ForwardingPoller {
  using ForwardingPoller::ForwardingPoller;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    const absl::Status status = ForwardingPoller::DoModify(fd, interest, data, trigger);
    return ErrnoOf(status) == EBADF ? ErrnoStatus(ENOENT, "modify") : status;
  }
};

template <typename Bug>
absl::StatusOr<std::unique_ptr<Poller>> Create(const PollerOptions& options) {
  absl::StatusOr<std::unique_ptr<Poller>> poller = PollBackend().create(options);
  if (!poller.ok()) return poller.status();
  return std::make_unique<Bug>(*std::move(poller));
}

std::string Limits() { return "one bug"; }

template <typename Bug>
constexpr Backend kWith = {"poll", "poll(2) with a bug", Create<Bug>, Limits};

}  // namespace

const Backend& DropsHangups() { return kWith<HangupDropper>; }
const Backend& ForgetsOneShots() { return kWith<OneShotForgetter>; }
const Backend& ReportsStaleEvents() { return kWith<StaleReporter>; }
const Backend& LosesWakes() { return kWith<WakeLoser>; }
const Backend& AnswersEnoent() { return kWith<EnoentAnswerer>; }

}  // namespace someos::differential
