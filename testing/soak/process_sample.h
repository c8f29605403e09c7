// What the process holds and spends.

#ifndef SOMEOS_TESTING_SOAK_PROCESS_SAMPLE_H_
#define SOMEOS_TESTING_SOAK_PROCESS_SAMPLE_H_

#include <cstdint>

#include "absl/time/time.h"
#include "someos/testing/scoped_fd.h"

namespace someos::soak {

struct ProcessSample {
  int64_t resident_bytes = 0;  // 0 where /proc/self/statm is missing
  int64_t descriptors = 0;     // that are open
  absl::Duration processor;    // all threads, user and system
};

// Takes samples without opening anything, so that it also works when descriptors have run out.
class ProcessSampler {
 public:
  ProcessSampler();
  ProcessSample Take() const;

 private:
  ScopedFd statm_;  // none where there is no /proc
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_SOAK_PROCESS_SAMPLE_H_
