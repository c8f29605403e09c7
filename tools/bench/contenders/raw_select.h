// select(2) as in its manual page: sets that are copied before each call and scanned after it.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_SELECT_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_SELECT_H_

#include <sys/select.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/base/attributes.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/hour_timer.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

template <typename Handler>
class RawSelect : public ContenderBase {
 public:
  static constexpr bool kTimes = true;

  RawSelect(const Setup&, Handler& handler) : handler_(handler) {
    FD_ZERO(&read_);
    FD_ZERO(&write_);
  }

  void Register(int fd, uint64_t data, Want want) {
    Require(fd < FD_SETSIZE);
    FD_SET(fd, want == Want::kRead ? &read_ : &write_);
    data_[fd] = data;
    end_ = std::max(end_, fd + 1);
  }
  void Modify(int fd, uint64_t data, Want want) {
    Unregister(fd, data);
    Register(fd, data, want);
  }
  void Unregister(int fd, uint64_t) {
    FD_CLR(fd, &read_);
    FD_CLR(fd, &write_);
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    timeval none = {};
    WaitFor(patience == Patience::kForever ? nullptr : &none);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() {
    timeval timeout = hour_;  // Linux changes it
    WaitFor(&timeout);
  }

  void StartTimer() { timer_.Start(); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() {
    const int left = timer_.MillisecondsLeft();
    timeval timeout = {left / 1000, left % 1000 * 1000};
    WaitFor(&timeout);
  }

 private:
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitFor(timeval* timeout) {
    fd_set read = read_;
    fd_set write = write_;
    int left = ::select(end_, &read, &write, nullptr, timeout);
    Require(left >= 0);
    for (int fd = 0; left > 0; ++fd) {
      const bool readable = FD_ISSET(fd, &read);
      const bool writable = FD_ISSET(fd, &write);
      if (!readable && !writable) continue;
      left -= readable + writable;
      handler_(data_[fd]);
    }
  }

  Handler& handler_;
  fd_set read_;
  fd_set write_;
  int end_ = 0;
  std::array<uint64_t, FD_SETSIZE> data_{};  // by descriptor
  timeval hour_ = {3600, 0};
  HourTimer timer_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_SELECT_H_
