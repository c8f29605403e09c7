// Waits that may block and find `active` of the descriptors ready; these are evenly distributed and
// stay ready. One operation: one event.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_READY_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_READY_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class WaitReady final : public Case {
 public:
  WaitReady(const Backend* backend, const Parameters& parameters)
      : scenery_(backend, parameters.fds), active_(parameters.active) {
    // A single one is in the middle.
    const int space = parameters.fds / active_;
    for (int i = 0; i < active_; ++i) scenery_.channels[space * i + space / 2].Signal();
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) scenery_.contender.Wait(Patience::kForever);
  }

  int64_t operations_per_round() const override { return active_; }

 private:
  Scenery<C> scenery_;
  const int active_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WAIT_READY_H_
