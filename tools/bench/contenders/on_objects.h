// This library: the functions and objects of Python's select module.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_ON_OBJECTS_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_ON_OBJECTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/time/time.h"
#include "someos/backends/poll/poll_object.h"
#include "someos/backends/select/select_call.h"
#include "someos/testing/poller/linkable_pollers.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/hour_timer.h"
#include "someos/tools/bench/workloads/contender.h"

#if SOMEOS_LINKS_EPOLL
#include "someos/backends/epoll/epoll_object.h"
#endif

namespace someos::bench {

// What they have in common. The results are descriptors; the program finds their data in an array.
template <typename Handler>
class OnObject : public ContenderBase {
 public:
  static constexpr bool kTimes = true;

  void StartTimer() { timer_.Start(); }

 protected:
  explicit OnObject(Handler& handler) : handler_(handler) {}

  static std::optional<absl::Duration> Timeout(Patience patience) {
    if (patience == Patience::kForever) return std::nullopt;
    return absl::ZeroDuration();
  }
  std::optional<absl::Duration> Hour() const { return hour_; }
  std::optional<absl::Duration> TimerLeft() const { return absl::FromChrono(timer_.Left()); }
  void Remember(int fd, uint64_t data) {
    if (data_.size() <= static_cast<size_t>(fd)) data_.resize(static_cast<size_t>(fd) + 1);
    data_[static_cast<size_t>(fd)] = data;
  }
  void Handle(int fd) { handler_(data_[static_cast<size_t>(fd)]); }

 private:
  Handler& handler_;
  std::vector<uint64_t> data_;  // by descriptor
  absl::Duration hour_ = absl::Hours(1);
  HourTimer timer_;
};

template <typename Handler>
class OnSelectCall : public OnObject<Handler> {
 public:
  OnSelectCall(const Setup&, Handler& handler) : OnObject<Handler>(handler) {}

  void Register(int fd, uint64_t data, Want want) {
    (want == Want::kRead ? read_ : write_).push_back(fd);
    this->Remember(fd, data);
  }
  void Modify(int fd, uint64_t data, Want want) {
    Unregister(fd, data);
    Register(fd, data, want);
  }
  void Unregister(int fd, uint64_t) {
    for (std::vector<int>* const list : {&read_, &write_}) {
      list->erase(std::remove(list->begin(), list->end(), fd), list->end());
    }
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) { WaitFor(this->Timeout(patience)); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() { WaitFor(this->Hour()); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { WaitFor(this->TimerLeft()); }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitFor(std::optional<absl::Duration> timeout) {
    const auto ready = select::Select(read_, write_, {}, timeout);
    Require(ready.ok());
    for (const int fd : ready->readable) this->Handle(fd);
    for (const int fd : ready->writable) this->Handle(fd);
  }

  std::vector<int> read_;
  std::vector<int> write_;
};

template <typename Handler>
class OnPollObject : public OnObject<Handler> {
 public:
  OnPollObject(const Setup&, Handler& handler) : OnObject<Handler>(handler) {}

  void Register(int fd, uint64_t data, Want want) {
    Require(poll_.Register(fd, Mask(want)).ok());
    this->Remember(fd, data);
  }
  void Modify(int fd, uint64_t, Want want) { Require(poll_.Modify(fd, Mask(want)).ok()); }
  void Unregister(int fd, uint64_t) { Require(poll_.Unregister(fd).ok()); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) { WaitFor(this->Timeout(patience)); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() { WaitFor(this->Hour()); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { WaitFor(this->TimerLeft()); }

 private:
  static int Mask(Want want) { return want == Want::kRead ? select::kPollIn : select::kPollOut; }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitFor(std::optional<absl::Duration> timeout) {
    const auto events = poll_.Wait(timeout);
    Require(events.ok());
    for (const select::PollEvent& event : *events) this->Handle(event.fd);
  }

  select::Poll poll_;
};

#if SOMEOS_LINKS_EPOLL
template <typename Handler>
class OnEpollObject : public OnObject<Handler> {
 public:
  OnEpollObject(const Setup&, Handler& handler) : OnObject<Handler>(handler) {
    auto epoll = select::Epoll::Create();
    Require(epoll.ok());
    epoll_ = *std::move(epoll);
  }

  void Register(int fd, uint64_t data, Want want) {
    Require(epoll_.Register(fd, Mask(want)).ok());
    this->Remember(fd, data);
  }
  void Modify(int fd, uint64_t, Want want) { Require(epoll_.Modify(fd, Mask(want)).ok()); }
  void Unregister(int fd, uint64_t) { Require(epoll_.Unregister(fd).ok()); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) { WaitFor(this->Timeout(patience)); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() { WaitFor(this->Hour()); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { WaitFor(this->TimerLeft()); }

 private:
  static uint32_t Mask(Want want) {
    return want == Want::kRead ? select::kEpollIn : select::kEpollOut;
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitFor(std::optional<absl::Duration> timeout) {
    const auto events = epoll_.Poll(timeout);
    Require(events.ok());
    for (const select::EpollEvent& event : *events) this->Handle(event.fd);
  }

  select::Epoll epoll_;
};
#endif

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_ON_OBJECTS_H_
