// Registers and unregisters one descriptor, each followed by a non-blocking wait, so that
// contenders that postpone changes until they wait have to make them as well. One operation: all
// four.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WATCH_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WATCH_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class Watch final : public Case {
 public:
  Watch(const Backend* backend, const Parameters& parameters)
      : spare_(parameters.fds), scenery_(backend, parameters.fds, 1) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      scenery_.Register(spare_);
      scenery_.contender.Wait(Patience::kNone);
      scenery_.Unregister(spare_);
      scenery_.contender.Wait(Patience::kNone);
    }
  }

 private:
  const int spare_;
  Scenery<C> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WATCH_H_
