// Registers and unregisters one descriptor while `fds` others are registered. One operation: both.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_REGISTER_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_REGISTER_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class RegisterUnregister final : public Case {
 public:
  RegisterUnregister(const Backend* backend, const Parameters& parameters)
      : spare_(parameters.fds), scenery_(backend, parameters.fds, 1) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      scenery_.Register(spare_);
      Done();
      scenery_.Unregister(spare_);
      Done();
    }
  }

 private:
  const int spare_;
  Scenery<C> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_REGISTER_H_
