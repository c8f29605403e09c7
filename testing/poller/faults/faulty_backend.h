// What a backend tells the fault scenarios about its system calls.

#ifndef SOMEOS_TESTING_POLLER_FAULTS_FAULTY_BACKEND_H_
#define SOMEOS_TESTING_POLLER_FAULTS_FAULTY_BACKEND_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/testing/faults/fault.h"

namespace someos {

// A backend over a wrapper of its system calls that asks the FaultPlan. Lives forever.
struct FaultyBackend {
  const Backend* backend;
  absl::StatusOr<std::unique_ptr<Poller>> (*create)(const PollerOptions& options);

  // The faults of the calls that each operation makes through the wrapper. (For the calls that
  // every backend makes beside them see c_library.h.)
  std::vector<Fault> creations;
  std::vector<Fault> registrations;
  std::vector<Fault> modifications;
  std::vector<Fault> unregistrations;
  std::vector<Fault> waits;

  // The calls by which Wait waits.
  std::vector<absl::string_view> wait_calls;
  // The kernel keeps registrations, so an event of one that is gone can come from there.
  bool repeats_events = false;
  // The faults of calls for which there is a fallback, whatever the operation: nobody sees them.
  std::vector<Fault> absorbed = {};
};

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_FAULTS_FAULTY_BACKEND_H_
