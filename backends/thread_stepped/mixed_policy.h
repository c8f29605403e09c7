// Several policies in turn.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_MIXED_POLICY_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_MIXED_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/round_robin_policy.h"

namespace someos::thread_stepped {

// What finds one bug quickly is slow at another; this one has no weak side. Round robin with turns
// of one to four steps; then in turn random and PCT with one to three change points, with decisions
// after operations and without, random with long runs, and all schedules with two interruptions.
class MixedPolicy : public Policy {
 public:
  explicit MixedPolicy(uint64_t seed);

  bool NextSchedule() override;
  size_t Choose(const Decision& decision) override { return now_->Choose(decision); }
  bool after_operations() const override { return after_operations_; }

 private:
  struct Turn {
    std::unique_ptr<Policy> policy;  // its own, because PCT learns how many decisions there are
    bool after_operations;
  };

  RoundRobinPolicy round_robin_;
  std::vector<Turn> in_turn_;
  size_t schedule_ = 0;
  Policy* now_ = &round_robin_;
  bool after_operations_ = true;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_MIXED_POLICY_H_
