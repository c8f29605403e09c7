// Waits with a timeout that find one of the descriptors ready, which stays ready. One operation:
// one wait.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_TIMED_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_TIMED_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class WaitTimed final : public Case {
 public:
  WaitTimed(const Backend* backend, const Parameters& parameters)
      : scenery_(backend, parameters.fds) {
    scenery_.channels[parameters.fds / 2].Signal();
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) scenery_.contender.WaitAnHour();
  }

 private:
  Scenery<C> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_TIMED_H_
