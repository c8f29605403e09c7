// A thread that forks while the others work.

#ifndef SOMEOS_TESTING_POLLER_SOAK_FORKER_H_
#define SOMEOS_TESTING_POLLER_SOAK_FORKER_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <random>

#include "someos/testing/poller/soak/shared.h"

namespace someos::soak {

// Forks every now and then, while another thread may be in Wait and nobody is in another call. The
// child keeps every descriptor open for a moment; some exit at once, some rebuild the poller and
// wait on it.
class Forker {
 public:
  Forker(Shared* shared, uint64_t seed) : shared_(*shared), random_(seed) {}

  // The thread: forks until `stop`.
  void Run(const std::atomic<bool>& stop);

 private:
  void AwaitChild(pid_t child, bool rebuilds);

  Shared& shared_;
  std::mt19937_64 random_;
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_FORKER_H_
