// Waits for a one-shot event of a descriptor that stays ready; a second thread, which is told
// through a pipe, re-arms it. One operation: one event, with all of that.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_REARM_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_REARM_H_

#include <cstdint>
#include <thread>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/requests.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class Rearm final : public Case {
 public:
  Rearm(const Backend* backend, const Parameters& parameters)
      : shot_(parameters.fds),
        scenery_(backend, parameters.fds, /*spare=*/1, Threads::kChange),
        thread_([this] {
          while (requests_.Receive()) scenery_.contender.Rearm(scenery_.fd(shot_), shot_);
        }) {
    scenery_.channels[shot_].Signal();
    scenery_.contender.RegisterOnce(scenery_.fd(shot_), shot_);
    WaitForEvent();
  }

  ~Rearm() override {
    requests_.End();
    thread_.join();
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      requests_.Send();
      WaitForEvent();
    }
  }

 private:
  struct Count {
    int64_t events = 0;
    void operator()(uint64_t) { ++events; }
  };

  void WaitForEvent() {
    // A wait may also end because of the change.
    const int64_t before = scenery_.handler.events;
    while (scenery_.handler.events == before) scenery_.contender.Wait(Patience::kForever);
  }

  const int shot_;
  Scenery<C, Count> scenery_;
  Requests requests_;
  std::thread thread_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_REARM_H_
