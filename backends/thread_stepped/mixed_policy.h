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
// of one to four steps; then in turn random, random with long runs, and PCT with one, two and three
// change points, each of them with decisions after operations and without.
class MixedPolicy : public Policy {
 public:
  explicit MixedPolicy(uint64_t seed);

  bool NextSchedule() override;
  size_t Choose(const Decision& decision) override { return now_->Choose(decision); }
  bool after_operations() const override { return after_operations_; }

 private:
  RoundRobinPolicy round_robin_;
  std::vector<std::unique_ptr<Policy>> in_turn_;
  size_t schedule_ = 0;
  Policy* now_ = &round_robin_;
  bool after_operations_ = true;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_MIXED_POLICY_H_
