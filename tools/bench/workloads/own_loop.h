// As wait_ready.h, in the contender's own loop, which is entered once for all the rounds. A
// contender without one is called in a loop of the program. One operation: one event.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_OWN_LOOP_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_OWN_LOOP_H_

#include <cstdint>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class OwnLoop final : public Case {
 public:
  OwnLoop(const Backend* backend, const Parameters& parameters)
      : scenery_(backend, parameters.fds), active_(parameters.active) {
    scenery_.handler.contender = &scenery_.contender;
    const int space = parameters.fds / active_;
    for (int i = 0; i < active_; ++i) scenery_.channels[space * i + space / 2].Signal();
  }

  void Run(int64_t rounds) override {
    scenery_.handler.left = rounds * active_;
    if constexpr (C<Touch>::kLoops) {
      scenery_.contender.Loop();
    } else {
      while (scenery_.handler.left > 0) scenery_.contender.Wait(Patience::kForever);
    }
  }

  int64_t operations_per_round() const override { return active_; }

 private:
  struct CountDown {
    C<CountDown>* contender = nullptr;
    int64_t left = 0;

    void operator()(uint64_t data) {
      asm volatile("" : : "r"(data));
      // Some libraries finish what they have collected after Break.
      if (--left != 0) return;
      if constexpr (C<Touch>::kLoops) contender->Break();
    }
  };

  Scenery<C, CountDown> scenery_;
  const int active_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_OWN_LOOP_H_
