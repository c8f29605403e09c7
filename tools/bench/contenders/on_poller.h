// This library: a Poller of any backend, and a poller whose class is known at compile time.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_ON_POLLER_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_ON_POLLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/hour_timer.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

// PollerClass is Poller, or a class with a Create() like EpollPoller's.
template <typename PollerClass, typename Handler>
class OnPollerOf : public ContenderBase {
 public:
  static constexpr bool kTimes = true;
  static constexpr bool kWakes = true;
  static constexpr bool kBatches = true;
  static constexpr bool kShares = true;
  static constexpr bool kExclusive = true;

  OnPollerOf(const Setup& setup, Handler& handler, const PollerOptions& options = {})
      : handler_(handler), poller_(Create(*setup.backend, options)), events_(setup.room) {}

  void Register(int fd, uint64_t data, Want want) {
    Require(poller_->Register(fd, InterestOf(want), data).ok());
  }
  void Modify(int fd, uint64_t data, Want want) {
    Require(poller_->Modify(fd, InterestOf(want), data).ok());
  }
  void Unregister(int fd, uint64_t) { Require(poller_->Unregister(fd).ok()); }
  void RegisterOnce(int fd, uint64_t data) {
    Require(poller_->Register(fd, Interest::kReadable, data, Trigger::kOneShot).ok());
  }
  void Rearm(int fd, uint64_t data) {
    Require(poller_->Modify(fd, Interest::kReadable, data, Trigger::kOneShot).ok());
  }
  // poll and select wake everybody.
  void RegisterExclusive(int fd, uint64_t data) {
    const Trigger trigger =
        poller_->capabilities().exclusive ? Trigger::kExclusive : Trigger::kLevel;
    Require(poller_->Register(fd, Interest::kReadable, data, trigger).ok());
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    WaitFor(patience == Patience::kForever ? absl::InfiniteDuration() : absl::ZeroDuration());
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() { WaitFor(hour_); }
  void StartTimer() { timer_.Start(); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { WaitFor(absl::FromChrono(timer_.Left())); }
  void Wake() { Require(poller_->Wake().ok()); }
  void Apply(const std::vector<Change>& changes) { Require(poller_->Apply(changes).ok()); }

 protected:
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitFor(absl::Duration timeout) {
    const absl::StatusOr<size_t> count = poller_->Wait(absl::MakeSpan(events_), timeout);
    Require(count.ok());
    for (const Event& event : absl::MakeSpan(events_.data(), *count)) handler_(event.data);
  }

 private:
  static Interest InterestOf(Want want) {
    return want == Want::kRead ? Interest::kReadable : Interest::kWritable;
  }
  static std::unique_ptr<PollerClass> Create(const Backend& backend, const PollerOptions& options) {
    auto poller = [&] {
      if constexpr (std::is_same_v<PollerClass, Poller>) {
        return backend.create(options);
      } else {
        return PollerClass::Create(options);
      }
    }();
    Require(poller.ok());
    return *std::move(poller);
  }

  Handler& handler_;
  const std::unique_ptr<PollerClass> poller_;
  std::vector<Event> events_;
  absl::Duration hour_ = absl::Hours(1);
  HourTimer timer_;
};

template <typename Handler>
using OnPoller = OnPollerOf<Poller, Handler>;

// A Poller whose timeouts are no constants to the compiler, as those of the other libraries.
template <typename Handler>
class OnVariablePoller : public OnPollerOf<Poller, Handler> {
 public:
  using OnPollerOf<Poller, Handler>::OnPollerOf;

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    this->WaitFor(timeouts_[static_cast<size_t>(patience)]);
  }

 private:
  absl::Duration timeouts_[2] = {absl::ZeroDuration(), absl::InfiniteDuration()};  // by Patience
};

// A Poller with PollerOptions::externally_synchronized.
template <typename Handler>
class OnSynchronizedPoller : public OnPollerOf<Poller, Handler> {
 public:
  static constexpr bool kShares = false;

  OnSynchronizedPoller(const Setup& setup, Handler& handler)
      : OnPollerOf<Poller, Handler>(setup, handler, Options()) {}

 private:
  static PollerOptions Options() {
    PollerOptions options;
    options.externally_synchronized = true;
    return options;
  }
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_ON_POLLER_H_
