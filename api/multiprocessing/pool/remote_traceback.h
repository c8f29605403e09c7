// Where in a worker an exception was raised.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_REMOTE_TRACEBACK_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_REMOTE_TRACEBACK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace someos::multiprocessing {

// The type URL of the payload with the traceback of an exception that a worker's function has
// raised, as Python prints it.
inline constexpr absl::string_view kTracebackPayload = "someos/python/traceback";

// That traceback: "Traceback (most recent call last):\n ...\nValueError: ...\n". Empty if the error
// does not come from a function in Python.
inline std::string RemoteTraceback(const absl::Status& status) {
  return std::string(status.GetPayload(kTracebackPayload).value_or(absl::Cord()));
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_REMOTE_TRACEBACK_H_
