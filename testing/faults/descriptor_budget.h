// A process that is running out of descriptors.

#ifndef SOMEOS_TESTING_FAULTS_DESCRIPTOR_BUDGET_H_
#define SOMEOS_TESTING_FAULTS_DESCRIPTOR_BUDGET_H_

#include <sys/resource.h>

namespace someos {

// While it lives, no more than `free` descriptors can be opened beyond those that are open now:
// then it is EMFILE, really. (By the soft limit, so numbers above it stay open and usable.)
class DescriptorBudget {
 public:
  explicit DescriptorBudget(int free);
  DescriptorBudget(const DescriptorBudget&) = delete;
  DescriptorBudget& operator=(const DescriptorBudget&) = delete;
  ~DescriptorBudget();

 private:
  rlimit previous_ = {};
};

}  // namespace someos

#endif  // SOMEOS_TESTING_FAULTS_DESCRIPTOR_BUDGET_H_
