// Registers and unregisters one descriptor with a contender on which another thread is waiting. One
// operation: both.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_REGISTER_SHARED_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_REGISTER_SHARED_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/helper_thread.h"

namespace someos::bench {

template <template <typename> class C>
class RegisterShared final : public Case {
 public:
  RegisterShared(const Backend* backend, const Parameters& parameters)
      : spare_(parameters.fds),
        sleeper_(backend, parameters.fds, /*spare=*/1, Threads::kChange),
        thread_(sleeper_) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      sleeper_.scenery.Register(spare_);
      sleeper_.scenery.Unregister(spare_);
    }
  }

 private:
  const int spare_;
  Sleeper<C> sleeper_;
  HelperThread<Sleeper<C>> thread_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_REGISTER_SHARED_H_
