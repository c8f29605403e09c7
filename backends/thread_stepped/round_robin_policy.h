// Lets each thread do a number of operations in turn.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_ROUND_ROBIN_POLICY_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_ROUND_ROBIN_POLICY_H_

#include <cstddef>

#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {

// The first schedule lets each thread make one step in turn, the second one two, and so on, up to a
// number that no thread has reached.
class RoundRobinPolicy : public Policy {
 public:
  bool NextSchedule() override;
  size_t Choose(const Decision& decision) override;

 private:
  size_t turn_ = 0;          // how many steps a thread may make
  size_t made_ = 0;          // how many the one that runs has made
  bool interrupted_ = true;  // whether this schedule has interrupted a thread at all
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_ROUND_ROBIN_POLICY_H_
