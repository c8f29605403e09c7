#include "someos/backends/thread_stepped/mixed_policy.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "someos/backends/thread_stepped/exhaustive_policy.h"
#include "someos/backends/thread_stepped/pct_policy.h"
#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/random_policy.h"

namespace someos::thread_stepped {
namespace {

constexpr size_t kRoundRobins = 4;
constexpr size_t kLongRuns = 6;
constexpr size_t kMostChangePoints = 3;
constexpr size_t kInterruptions = 2;

}  // namespace

MixedPolicy::MixedPolicy(uint64_t seed) {
  const auto add = [this](std::unique_ptr<Policy> policy, bool after_operations) {
    in_turn_.push_back({std::move(policy), after_operations});
  };
  for (const bool after_operations : {true, false}) {
    add(std::make_unique<RandomPolicy>(seed++, 1), after_operations);
    for (size_t changes = 1; changes <= kMostChangePoints; ++changes) {
      add(std::make_unique<PctPolicy>(seed++, changes), after_operations);
    }
  }
  add(std::make_unique<RandomPolicy>(seed++, kLongRuns), true);
  add(std::make_unique<ExhaustivePolicy>(kInterruptions), false);
}

bool MixedPolicy::NextSchedule() {
  const size_t schedule = schedule_++;
  if (schedule < kRoundRobins && round_robin_.NextSchedule()) return true;
  const Turn* turn = &in_turn_[schedule % in_turn_.size()];
  if (!turn->policy->NextSchedule()) {
    turn = &in_turn_.front();  // the exhaustive one has no more
    turn->policy->NextSchedule();
  }
  now_ = turn->policy.get();
  after_operations_ = turn->after_operations;
  return true;
}

}  // namespace someos::thread_stepped
