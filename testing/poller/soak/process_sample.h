// What the process holds and spends.

#ifndef SOMEOS_TESTING_POLLER_SOAK_PROCESS_SAMPLE_H_
#define SOMEOS_TESTING_POLLER_SOAK_PROCESS_SAMPLE_H_

#include <dirent.h>

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
  ProcessSampler(const ProcessSampler&) = delete;
  ProcessSampler& operator=(const ProcessSampler&) = delete;
  ~ProcessSampler();

  ProcessSample Take() const;

 private:
  // None where there is no /proc.
  ScopedFd statm_;
  DIR* const fds_;
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_PROCESS_SAMPLE_H_
