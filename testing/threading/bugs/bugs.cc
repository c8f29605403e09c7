#include "someos/testing/threading/bugs/bugs.h"

#include <vector>

namespace someos {

std::vector<Bug> AllBugs() {
  std::vector<Bug> all;
  for (const auto& bugs :
       {AtomicityBugs(), OrderBugs(), DeadlockBugs(), WakeupBugs(), TimeBugs(), ProtocolBugs()}) {
    all.insert(all.end(), bugs.begin(), bugs.end());
  }
  return all;
}

}  // namespace someos
