// The timer of a program whose loop has none: it ends in an hour.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_HOUR_TIMER_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_HOUR_TIMER_H_

#include <chrono>

namespace someos::bench {

class HourTimer {
 public:
  void Start() { end_ = Clock::now() + std::chrono::hours(1); }
  // Reads the clock.
  std::chrono::nanoseconds Left() const { return end_ - Clock::now(); }
  int MillisecondsLeft() const {
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(Left()).count());
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_HOUR_TIMER_H_
