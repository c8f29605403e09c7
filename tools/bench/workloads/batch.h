// Registers `fds` descriptors and unregisters them, with one call each if the contender has it;
// with a non-blocking wait after each, if kWaits, so that contenders that postpone changes until
// they wait have to make them as well. One operation: one of these changes.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_BATCH_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

template <template <typename> class C, bool kWaits>
class Batch final : public Case {
 public:
  Batch(const Backend* backend, const Parameters& parameters)
      : size_(parameters.fds), scenery_(backend, 0, parameters.fds) {
    for (size_t i = 0; i < size_; ++i) {
      additions_.push_back(Change::Register(scenery_.fd(i), Interest::kReadable, i));
      removals_.push_back(Change::Unregister(scenery_.fd(i)));
    }
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      if constexpr (C<Touch>::kBatches) {
        scenery_.contender.Apply(additions_);
        Finish();
        scenery_.contender.Apply(removals_);
        Finish();
      } else {
        for (size_t i = 0; i < size_; ++i) scenery_.Register(i);
        Finish();
        for (size_t i = 0; i < size_; ++i) scenery_.Unregister(i);
        Finish();
      }
    }
  }

  int64_t operations_per_round() const override { return 2 * static_cast<int64_t>(size_); }

 private:
  void Finish() {
    if constexpr (kWaits) scenery_.contender.Wait(Patience::kNone);
    Done();
  }

  const size_t size_;
  Scenery<C> scenery_;
  std::vector<Change> additions_;
  std::vector<Change> removals_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_BATCH_H_
