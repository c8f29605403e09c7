// One soak of one backend.

#ifndef SOMEOS_TESTING_POLLER_SOAK_SOAK_H_
#define SOMEOS_TESTING_POLLER_SOAK_SOAK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "someos/api/backend.h"

namespace someos::soak {

struct SoakOptions {
  absl::Duration duration = absl::Seconds(10);
  uint64_t seed = 1;
  // The most descriptors that connections take; 0: as many as the system gives.
  int descriptors = 0;
  // Threads that change and wake while another waits; at most 200.
  int changers = 2;
  // Without these two, and with waits that have no end: a storm of changes.
  bool connections = true;
  bool forks = true;
  // How long something may take that must come, before it counts as lost.
  absl::Duration patience = absl::Seconds(30);
};

struct SoakReport {
  std::vector<std::string> complaints;  // none: all is well
  std::string figures;                  // lines of text
};

// Runs it. The process should have no other threads, and leaves SIGUSR1, SIGPIPE and the limit of
// open files to it.
SoakReport RunSoak(const Backend& backend, const SoakOptions& options);

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_SOAK_H_
