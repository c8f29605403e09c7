// What a backend tells the fault scenarios about its system calls.

#ifndef SOMEOS_TESTING_FAULTS_FAULTY_BACKEND_H_
#define SOMEOS_TESTING_FAULTS_FAULTY_BACKEND_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/errno_status.h"
#include "someos/api/poller.h"

namespace someos {

// One way for one system call to fail, as the call's man page has it.
struct Fault {
  absl::string_view call;  // as the backend's wrapper names it
  int error;
  // The poller has a way of its own to go on, and nobody hears of it: in every case, or in some,
  // where it tries once more.
  bool absorbed = false;
  bool perhaps_absorbed = false;
};

// "epoll_ctl_ADD_ENOSPC", for the names of tests.
inline std::string FaultName(const Fault& fault) {
  return absl::StrReplaceAll(absl::StrCat(fault.call, "_", ErrnoName(fault.error)), {{" ", "_"}});
}

// For GoogleTest's messages.
inline void PrintTo(const Fault& fault, std::ostream* out) { *out << FaultName(fault); }

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
};

}  // namespace someos

#endif  // SOMEOS_TESTING_FAULTS_FAULTY_BACKEND_H_
