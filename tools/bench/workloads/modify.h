// Watches one of `fds` descriptors alternately for writability and for readability. One operation:
// one such change.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_MODIFY_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_MODIFY_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class Modify final : public Case {
 public:
  Modify(const Backend* backend, const Parameters& parameters)
      : scenery_(backend, parameters.fds) {}

  void Run(int64_t rounds) override {
    const int fd = scenery_.fd(0);
    for (; rounds > 0; --rounds) {
      scenery_.contender.Modify(fd, 0, rounds % 2 == 0 ? Want::kWrite : Want::kRead);
      Done();
    }
  }

 private:
  Scenery<C> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_MODIFY_H_
