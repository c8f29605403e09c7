// Non-blocking waits for descriptors of which none is ready. One operation: one wait.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_NONE_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_NONE_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class WaitNone final : public Case {
 public:
  WaitNone(const Backend* backend, const Parameters& parameters)
      : scenery_(backend, parameters.fds) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) scenery_.contender.Wait(Patience::kNone);
  }

 private:
  Scenery<C> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_NONE_H_
