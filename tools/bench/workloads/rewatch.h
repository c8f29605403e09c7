// As modify.h, with a non-blocking wait after each change, so that contenders that postpone changes
// until they wait have to make them as well. One operation: both.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_REWATCH_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_REWATCH_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class Rewatch final : public Case {
 public:
  Rewatch(const Backend* backend, const Parameters& parameters)
      : scenery_(backend, parameters.fds) {}

  void Run(int64_t rounds) override {
    const int fd = scenery_.fd(0);
    for (; rounds > 0; --rounds) {
      // The descriptor is always writable, and never readable.
      scenery_.contender.Modify(fd, 0, rounds % 2 == 0 ? Want::kWrite : Want::kRead);
      scenery_.contender.Wait(Patience::kNone);
    }
  }

 private:
  Scenery<C> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_REWATCH_H_
