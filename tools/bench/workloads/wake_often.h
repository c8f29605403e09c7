// Wakes a thread that waits again and again, without waiting for it: wakes that come before it
// waits become one. One operation: one wake.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_OFTEN_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_OFTEN_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/helper_thread.h"

namespace someos::bench {

template <template <typename> class C>
class WakeOften final : public Case {
 public:
  WakeOften(const Backend* backend, const Parameters& parameters)
      : sleeper_(backend, parameters.fds), thread_(sleeper_) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) sleeper_.Wake();
  }

 private:
  Sleeper<C> sleeper_;
  HelperThread<Sleeper<C>> thread_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_OFTEN_H_
