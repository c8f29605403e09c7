// poll(2) as in its manual page: an array that is scanned after each call.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_POLL_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_POLL_H_

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/base/attributes.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/hour_timer.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

template <typename Handler>
class RawPoll : public ContenderBase {
 public:
  static constexpr bool kTimes = true;

  RawPoll(const Setup&, Handler& handler) : handler_(handler) {}

  void Register(int fd, uint64_t data, Want want) {
    if (fds_.size() <= data) fds_.resize(data + 1, {-1, 0, 0});
    fds_[data] = {fd, Events(want), 0};
  }
  void Modify(int, uint64_t data, Want want) { fds_[data].events = Events(want); }
  void Unregister(int, uint64_t data) { fds_[data].fd = -1; }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    WaitFor(patience == Patience::kForever ? -1 : 0);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() { WaitFor(hour_); }
  void StartTimer() { timer_.Start(); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { WaitFor(timer_.MillisecondsLeft()); }

 private:
  static short Events(Want want) { return want == Want::kRead ? POLLIN : POLLOUT; }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitFor(int milliseconds) {
    int left = poll(fds_.data(), fds_.size(), milliseconds);
    Require(left >= 0);
    for (size_t i = 0; left > 0; ++i) {
      if (fds_[i].revents == 0) continue;
      --left;
      handler_(i);
    }
  }

  Handler& handler_;
  std::vector<pollfd> fds_;  // by data
  int hour_ = 3'600'000;
  HourTimer timer_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_POLL_H_
