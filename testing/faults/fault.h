// A way for a system call to fail.

#ifndef SOMEOS_TESTING_FAULTS_FAULT_H_
#define SOMEOS_TESTING_FAULTS_FAULT_H_

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos {

// One way for one system call to fail, as the call's man page has it.
struct Fault {
  absl::string_view call;  // as the backend's wrapper names it
  int error;
  // The library has a fallback, and its caller sees no error: in every case, or in some,
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

}  // namespace someos

#endif  // SOMEOS_TESTING_FAULTS_FAULT_H_
