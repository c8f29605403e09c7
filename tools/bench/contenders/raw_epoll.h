// epoll(7) as in its manual page: level-triggered, without any layer.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_EPOLL_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_EPOLL_H_

#include <sys/epoll.h>

#include <cstdint>
#include <vector>

#include "absl/base/attributes.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/hour_timer.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

template <typename Handler>
class RawEpoll : public ContenderBase {
 public:
  static constexpr bool kTimes = true;
  static constexpr bool kShares = true;
  static constexpr bool kExclusive = true;

  RawEpoll(const Setup& setup, Handler& handler)
      : handler_(handler),
        epoll_(MustSucceed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
        events_(setup.room) {}

  void Register(int fd, uint64_t data, Want want) { Control(EPOLL_CTL_ADD, fd, data, Mask(want)); }
  void Modify(int fd, uint64_t data, Want want) { Control(EPOLL_CTL_MOD, fd, data, Mask(want)); }
  void Unregister(int fd, uint64_t data) { Control(EPOLL_CTL_DEL, fd, data, 0); }
  void RegisterOnce(int fd, uint64_t data) {
    Control(EPOLL_CTL_ADD, fd, data, EPOLLIN | EPOLLONESHOT);
  }
  void Rearm(int fd, uint64_t data) { Control(EPOLL_CTL_MOD, fd, data, EPOLLIN | EPOLLONESHOT); }
  void RegisterExclusive(int fd, uint64_t data) {
    Control(EPOLL_CTL_ADD, fd, data, EPOLLIN | EPOLLEXCLUSIVE);
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    WaitFor(patience == Patience::kForever ? -1 : 0);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() { WaitFor(hour_); }
  void StartTimer() { timer_.Start(); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { WaitFor(timer_.MillisecondsLeft()); }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitFor(int milliseconds) {
    const int count =
        epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), milliseconds);
    Require(count >= 0);
    for (int i = 0; i < count; ++i) handler_(events_[i].data.u64);
  }
  static uint32_t Mask(Want want) { return want == Want::kRead ? EPOLLIN : EPOLLOUT; }
  void Control(int operation, int fd, uint64_t data, uint32_t mask) {
    epoll_event event;
    event.events = mask;
    event.data.u64 = data;
    Require(epoll_ctl(epoll_.get(), operation, fd, &event) == 0);
  }

  Handler& handler_;
  ScopedFd epoll_;
  std::vector<epoll_event> events_;
  int hour_ = 3'600'000;
  HourTimer timer_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_EPOLL_H_
