// All schedules, one after the other.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_EXHAUSTIVE_POLICY_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_EXHAUSTIVE_POLICY_H_

#include <cstddef>
#include <vector>

#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {

// Depth first: repeats the decisions of the schedule before up to the last one that has a choice
// left, and takes that. Interruptions of threads, and timeouts that pass although others can go on,
// are limited to `bound` in each schedule.
class ExhaustivePolicy : public Policy {
 public:
  explicit ExhaustivePolicy(size_t bound) : bound_(bound) {}

  bool NextSchedule() override;
  size_t Choose(const Decision& decision) override;
  bool after_operations() const override { return false; }

 private:
  struct Choice {
    size_t made;
    size_t candidates;
    size_t interruptions;  // before it
    size_t free;           // so many of the candidates, the first ones, interrupt nobody
  };

  bool HasNext(const Choice& choice) const;

  const size_t bound_;
  bool started_ = false;
  std::vector<Choice> path_;
  size_t depth_ = 0;
  size_t interruptions_ = 0;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_EXHAUSTIVE_POLICY_H_
