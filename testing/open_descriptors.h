// The process's table of open descriptors.

#ifndef SOMEOS_TESTING_OPEN_DESCRIPTORS_H_
#define SOMEOS_TESTING_OPEN_DESCRIPTORS_H_

#include <set>

namespace someos {

// Every number below the soft limit that is open now.
std::set<int> OpenDescriptors();

// The numbers that are open now and not in `before`. Gives them ten seconds to be closed: for
// libraries that close descriptors in a thread of their own, as libkqueue does.
std::set<int> LeftOpen(const std::set<int>& before);

// True if `fd` is closed by exec().
bool IsCloseOnExec(int fd);

// Raises the soft limit of open descriptors towards `wanted`, as far as the hard one allows, or
// both as far as the system allows where it does (root). Returns the soft limit that holds then.
int RaiseDescriptorLimit(int wanted);

}  // namespace someos

#endif  // SOMEOS_TESTING_OPEN_DESCRIPTORS_H_
