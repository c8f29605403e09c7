// Which exception of Python a status of someos::select stands for, for bindings.

#ifndef SOMEOS_API_PYTHON_ERROR_H_
#define SOMEOS_API_PYTHON_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos::select {

enum class PythonError {
  kTypeError,
  kValueError,
  kOverflowError,
  kKeyError,
  kRuntimeError,
  kOsError,  // with ErrnoOf(status); in Python 2.7 select.error, IOError or OSError
};

// The type URL of the payload that marks a status as a TypeError, for which absl has no code.
inline constexpr absl::string_view kTypeErrorPayload = "someos/python/TypeError";

// A TypeError: kInvalidArgument with that payload.
inline absl::Status PythonTypeError(absl::string_view message) {
  absl::Status status = PlainStatus(absl::StatusCode::kInvalidArgument, message);
  status.SetPayload(kTypeErrorPayload, absl::Cord());
  return status;
}

// The exception for a status that is not OK, by the table in api/README.md. Its text is the
// status's message, except for kOsError, whose text Python makes from the errno. A status with
// another code, which no function of someos::select returns, is a RuntimeError.
inline PythonError PythonErrorOf(const absl::Status& status) {
  if (ErrnoOf(status) != 0) return PythonError::kOsError;
  if (status.GetPayload(kTypeErrorPayload).has_value()) return PythonError::kTypeError;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return PythonError::kValueError;
    case absl::StatusCode::kOutOfRange:
      return PythonError::kOverflowError;
    case absl::StatusCode::kNotFound:
      return PythonError::kKeyError;
    default:
      return PythonError::kRuntimeError;
  }
}

}  // namespace someos::select

#endif  // SOMEOS_API_PYTHON_ERROR_H_
