#include "someos/testing/faults/descriptor_budget.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "someos/testing/system_call.h"

namespace someos {

DescriptorBudget::DescriptorBudget(int free) {
  MustSucceed(getrlimit(RLIMIT_NOFILE, &previous_), "getrlimit");
  rlimit limit = previous_;
  limit.rlim_cur = 0;
  // The kernel gives out the lowest number that is free.
  while (free > 0 || fcntl(static_cast<int>(limit.rlim_cur), F_GETFD) != -1) {
    if (fcntl(static_cast<int>(limit.rlim_cur), F_GETFD) == -1) --free;
    ++limit.rlim_cur;
  }
  MustSucceed(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

DescriptorBudget::~DescriptorBudget() {
  MustSucceed(setrlimit(RLIMIT_NOFILE, &previous_), "setrlimit");
}

}  // namespace someos
