#include "someos/backends/thread_stepped/round_robin_policy.h"

#include <cstddef>

#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {

bool RoundRobinPolicy::NextSchedule() {
  if (!interrupted_) return false;
  interrupted_ = false;
  made_ = 0;
  ++turn_;
  return true;
}

size_t RoundRobinPolicy::Choose(const Decision& decision) {
  if (decision.preempts() && ++made_ < turn_) return 0;
  made_ = 0;
  // Time passes when nobody else can go on.
  for (size_t i = decision.preempts() ? 1 : 0; i < decision.candidates.size(); ++i) {
    if (decision.candidates[i].timeout) continue;
    interrupted_ = interrupted_ || decision.preempts();
    return i;
  }
  return 0;
}

}  // namespace someos::thread_stepped
