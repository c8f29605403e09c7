// Two threads, each waiting on its own contender, wake each other alternately. One operation: one
// wake, with the wait that it ends.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C>
class Wake final : public Case {
 public:
  Wake(const Backend* backend, const Parameters& parameters)
      : mine_(backend, parameters.fds), theirs_(backend, parameters.fds), thread_([this] {
          while (theirs_.Wait(), !done_) mine_.Wake();
        }) {}

  ~Wake() override {
    done_ = true;
    theirs_.Wake();
    thread_.join();
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      theirs_.Wake();
      mine_.Wait();
    }
  }

  int64_t operations_per_round() const override { return 2; }

 private:
  struct DrainFirst {
    const Channel* channel = nullptr;
    void operator()(uint64_t) { channel->Drain(); }
  };

  // A contender without its own wake-ups is woken through a channel, as a user would do it.
  struct Sleeper {
    Sleeper(const Backend* backend, int fds) : scenery(backend, fds) {
      scenery.handler.channel = scenery.channels.data();
    }
    void Wait() { scenery.contender.Wait(Patience::kForever); }
    void Wake() {
      if constexpr (C<DrainFirst>::kWakes) {
        scenery.contender.Wake();
      } else {
        scenery.channels[0].Signal();
      }
    }
    Scenery<C, DrainFirst> scenery;
  };

  Sleeper mine_;
  Sleeper theirs_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_H_
