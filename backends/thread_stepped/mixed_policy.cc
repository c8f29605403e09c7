#include "someos/backends/thread_stepped/mixed_policy.h"

#include <cstddef>
#include <cstdint>
#include <memory>

#include "someos/backends/thread_stepped/pct_policy.h"
#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/random_policy.h"

namespace someos::thread_stepped {
namespace {

constexpr size_t kRoundRobins = 4;
constexpr size_t kLongRuns = 6;
constexpr size_t kMostChangePoints = 3;

}  // namespace

// Each policy twice, because PCT learns how many decisions there are. Of each pair the first one
// has decisions after operations.
MixedPolicy::MixedPolicy(uint64_t seed) {
  for (size_t i = 0; i < 2; ++i) {
    in_turn_.push_back(std::make_unique<RandomPolicy>(seed++, 1));
  }
  for (size_t i = 0; i < 2; ++i) {
    in_turn_.push_back(std::make_unique<RandomPolicy>(seed++, kLongRuns));
  }
  for (size_t i = 0; i < 2 * kMostChangePoints; ++i) {
    in_turn_.push_back(std::make_unique<PctPolicy>(seed++, i / 2 + 1));
  }
}

bool MixedPolicy::NextSchedule() {
  const size_t schedule = schedule_++;
  if (schedule < kRoundRobins && round_robin_.NextSchedule()) return true;
  const size_t turn = schedule % in_turn_.size();
  now_ = in_turn_[turn].get();
  after_operations_ = turn % 2 == 0;
  return now_->NextSchedule();
}

}  // namespace someos::thread_stepped
