// Small programs, each with a bug that only some orders of its threads show.

#ifndef SOMEOS_TESTING_THREADING_BUGS_BUGS_H_
#define SOMEOS_TESTING_THREADING_BUGS_BUGS_H_

#include <vector>

namespace someos {

struct Bug {
  const char* name;
  const char* kind;             // of the failure: "deadlock"; empty if there are several
  void (*body)(bool repaired);  // for Explore: as it is, or without the bug
};

std::vector<Bug> AtomicityBugs();
std::vector<Bug> OrderBugs();
std::vector<Bug> DeadlockBugs();
std::vector<Bug> WakeupBugs();
std::vector<Bug> TimeBugs();
std::vector<Bug> ProtocolBugs();

// All of them.
std::vector<Bug> AllBugs();

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_BUGS_BUGS_H_
