// Draws the next thread.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_RANDOM_POLICY_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_RANDOM_POLICY_H_

#include <cstddef>
#include <cstdint>

#include "someos/backends/thread_stepped/dice.h"
#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {

// All candidates are equally likely; but a thread that could go on is interrupted only at one of
// `calm` points on average, so that long runs of one thread happen as well. With 1, at each one.
class RandomPolicy : public Policy {
 public:
  RandomPolicy(uint64_t seed, size_t calm) : dice_(seed), calm_(calm) {}

  bool NextSchedule() override { return true; }
  size_t Choose(const Decision& decision) override {
    if (decision.preempts() && dice_.Roll(calm_) != 0) return 0;
    return dice_.Roll(decision.candidates.size());
  }

 private:
  Dice dice_;
  const size_t calm_;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_RANDOM_POLICY_H_
