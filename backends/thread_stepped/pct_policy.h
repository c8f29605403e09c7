// Threads with random priorities that change at a few random points.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_PCT_POLICY_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_PCT_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "someos/backends/thread_stepped/dice.h"
#include "someos/backends/thread_stepped/policy.h"

namespace someos::thread_stepped {

// The thread with the highest priority goes on. At each change point the priority of the one that
// runs becomes the lowest. A bug that needs d + 1 orders between operations is found with a
// probability of at least 1 / (n * k^d) in a schedule with n threads and k decisions, if there are
// d change points.
//
// A timeout passes if nobody else can go on, or rarely. A thread that calls Yield becomes the
// lowest.
//
// Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs", 2010.
class PctPolicy : public Policy {
 public:
  PctPolicy(uint64_t seed, size_t changes) : dice_(seed), changes_(changes) {}

  bool NextSchedule() override;
  size_t Choose(const Decision& decision) override;

 private:
  // Higher goes first.
  int64_t& PriorityOf(size_t thread);
  size_t Highest(const Decision& decision, bool timeouts);
  bool IsChangePoint() const;
  bool IsToBeLowered(const Decision& decision) const;

  Dice dice_;
  const size_t changes_;
  // The number of decisions of the longest schedule yet; a guess at first.
  size_t longest_ = 16;
  size_t decisions_ = 0;
  std::vector<size_t> change_points_;
  std::vector<int64_t> priorities_;  // by number of the thread; those changed are negative
  int64_t lowest_ = 0;
  size_t in_a_row_ = 0;  // decisions for the thread that ran
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_PCT_POLICY_H_
