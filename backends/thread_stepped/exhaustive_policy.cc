#include "someos/backends/thread_stepped/exhaustive_policy.h"

#include <cstddef>

#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {
namespace {

// How many of the candidates interrupt nobody; the scheduler lists timeouts last.
size_t Free(const Decision& decision) {
  if (decision.preempts()) return 1;
  size_t count = 0;
  while (count < decision.candidates.size() && !decision.candidates[count].timeout) ++count;
  return count == 0 ? decision.candidates.size() : count;
}

}  // namespace

bool ExhaustivePolicy::HasNext(const Choice& choice) const {
  const size_t next = choice.made + 1;
  return next < (choice.interruptions < bound_ ? choice.candidates : choice.free);
}

bool ExhaustivePolicy::NextSchedule() {
  depth_ = 0;
  interruptions_ = 0;
  if (!started_) {
    started_ = true;
    return true;
  }
  while (!path_.empty() && !HasNext(path_.back())) path_.pop_back();
  if (path_.empty()) return false;
  ++path_.back().made;
  return true;
}

size_t ExhaustivePolicy::Choose(const Decision& decision) {
  if (depth_ == path_.size()) {
    path_.push_back({0, decision.candidates.size(), interruptions_, Free(decision)});
  }
  const Choice& choice = path_[depth_++];
  if (choice.made >= decision.candidates.size()) return 0;  // the body is not deterministic
  if (choice.made >= choice.free) ++interruptions_;
  return choice.made;
}

}  // namespace someos::thread_stepped
