#include "someos/backends/thread_stepped/pct_policy.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {
namespace {

constexpr size_t kPriorities = 1 << 20;
constexpr size_t kTimeoutsAreRare = 6;
constexpr size_t kMostInARow = 200;

}  // namespace

bool PctPolicy::NextSchedule() {
  longest_ = std::max(longest_, decisions_);
  decisions_ = 0;
  lowest_ = 0;
  in_a_row_ = 0;
  priorities_.clear();
  change_points_.clear();
  for (size_t i = 0; i < changes_; ++i) change_points_.push_back(dice_.Roll(longest_));
  return true;
}

int64_t& PctPolicy::PriorityOf(size_t thread) {
  while (priorities_.size() <= thread) {
    priorities_.push_back(static_cast<int64_t>(dice_.Roll(kPriorities)));
  }
  return priorities_[thread];
}

bool PctPolicy::IsChangePoint() const {
  return std::find(change_points_.begin(), change_points_.end(), decisions_) !=
         change_points_.end();
}

// The index of the candidate with the highest priority among those that wait for a timeout, or
// among the others; the number of all candidates if there is none.
size_t PctPolicy::Highest(const Decision& decision, bool timeouts) {
  size_t best = decision.candidates.size();
  for (size_t i = 0; i < decision.candidates.size(); ++i) {
    const Candidate& candidate = decision.candidates[i];
    if (candidate.timeout != timeouts) continue;
    if (best == decision.candidates.size() ||
        PriorityOf(candidate.thread) > PriorityOf(decision.candidates[best].thread)) {
      best = i;
    }
  }
  return best;
}

bool PctPolicy::IsToBeLowered(const Decision& decision) const {
  return decision.goes_on && (decision.yields || in_a_row_ >= kMostInARow || IsChangePoint());
}

size_t PctPolicy::Choose(const Decision& decision) {
  if (IsToBeLowered(decision)) PriorityOf(decision.candidates[0].thread) = --lowest_;
  ++decisions_;
  const bool time_passes = dice_.Roll(kTimeoutsAreRare) == 0;
  size_t choice = Highest(decision, time_passes);
  if (choice == decision.candidates.size()) choice = Highest(decision, !time_passes);
  in_a_row_ = decision.goes_on && choice == 0 ? in_a_row_ + 1 : 0;
  return choice;
}

}  // namespace someos::thread_stepped
