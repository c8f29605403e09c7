// As wait_ready.h with one descriptor ready, while a timer of the program is pending, for which
// each wait has to have a timeout. One operation: one wait.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_PENDING_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_PENDING_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class WaitPending final : public Case {
 public:
  WaitPending(const Backend* backend, const Parameters& parameters)
      : scenery_(backend, parameters.fds) {
    scenery_.channels[parameters.fds / 2].Signal();
    scenery_.contender.StartTimer();
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) scenery_.contender.WaitWithTimer();
  }

 private:
  Scenery<C> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_PENDING_H_
