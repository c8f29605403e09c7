// The matrix of libevent's bench.c: `active` of `fds` descriptors become ready; the handler of each
// one reads from it and makes another one ready, `writes` times in total. One operation: one event,
// with its read and its write.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_PASS_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_PASS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

// The next index is far away (golden ratio), so that all indices are used in turn.
inline size_t PassTo(size_t i, size_t size) { return (i + size * 618 / 1000 + 1) % size; }

struct PassOn {
  const std::vector<Channel>* channels = nullptr;
  uint64_t writes_left = 0;
  uint64_t events = 0;

  void operator()(uint64_t i) {
    uint64_t signals = (*channels)[i].Drain();
    events += signals;
    for (; signals > 0 && writes_left > 0; --signals, --writes_left) {
      (*channels)[PassTo(i, channels->size())].Signal();
    }
  }
};

template <template <typename> class C>
class Pass final : public Case {
 public:
  Pass(const Backend* backend, const Parameters& parameters)
      : parameters_(parameters), scenery_(backend, parameters.fds) {
    scenery_.handler.channels = &scenery_.channels;
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) RunOnce();
  }

  int64_t operations_per_round() const override { return parameters_.active + parameters_.writes; }

 private:
  void RunOnce() {
    scenery_.handler.events = 0;
    scenery_.handler.writes_left = parameters_.writes;
    const size_t size = scenery_.channels.size();
    const size_t space = size / parameters_.active;
    for (int i = 0; i < parameters_.active; ++i) {
      scenery_.channels[(start_ + space * i) % size].Signal();
    }
    start_ = PassTo(start_, size);
    const uint64_t wanted = operations_per_round();
    while (scenery_.handler.events < wanted) scenery_.contender.Wait(Patience::kForever);
  }

  const Parameters parameters_;
  size_t start_ = 0;
  Scenery<C, PassOn> scenery_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_PASS_H_
