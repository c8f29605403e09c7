// Which exception of Python a status of someos::select, someos::mmap or someos::multiprocessing
// stands for, for bindings.

#ifndef SOMEOS_API_PYTHON_ERROR_H_
#define SOMEOS_API_PYTHON_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos {

enum class PythonError {
  kTypeError,
  kValueError,
  kOverflowError,
  kIndexError,
  kKeyError,
  kBufferError,
  kRuntimeError,
  kEofError,
  kAuthenticationError,  // this and the next two of multiprocessing
  kBufferTooShort,       // its text is the whole message: kBufferTooShortPayload
  kTimeoutError,
  kOsError,  // with ErrnoOf(status), which may be 0; in Python 2.7 select.error, IOError or OSError
};

// The type URLs of the payloads that mark a status as an exception for which Abseil has no code of
// its own.
inline constexpr absl::string_view kTypeErrorPayload = "someos/python/TypeError";
inline constexpr absl::string_view kIndexErrorPayload = "someos/python/IndexError";
inline constexpr absl::string_view kBufferErrorPayload = "someos/python/BufferError";
inline constexpr absl::string_view kEofErrorPayload = "someos/python/EOFError";
inline constexpr absl::string_view kBufferTooShortPayload = "someos/python/BufferTooShort";
inline constexpr absl::string_view kOsErrorPayload = "someos/python/OSError";  // without an errno

namespace internal {
inline absl::Status MarkedStatus(absl::StatusCode code, absl::string_view message,
                                 absl::string_view payload) {
  absl::Status status = PlainStatus(code, message);
  status.SetPayload(payload, absl::Cord());
  return status;
}
}  // namespace internal

// A TypeError: kInvalidArgument with kTypeErrorPayload.
inline absl::Status PythonTypeError(absl::string_view message) {
  return internal::MarkedStatus(absl::StatusCode::kInvalidArgument, message, kTypeErrorPayload);
}

// An IndexError: kOutOfRange with kIndexErrorPayload.
inline absl::Status PythonIndexError(absl::string_view message) {
  return internal::MarkedStatus(absl::StatusCode::kOutOfRange, message, kIndexErrorPayload);
}

// A BufferError: kFailedPrecondition with kBufferErrorPayload.
inline absl::Status PythonBufferError(absl::string_view message) {
  return internal::MarkedStatus(absl::StatusCode::kFailedPrecondition, message,
                                kBufferErrorPayload);
}

// The exception for a status that is not OK, by the table in api/README.md. Its text is the
// status's message, except for kOsError, whose text Python makes from the errno. A status with
// another code, which no function of these modules returns, is a RuntimeError.
inline PythonError PythonErrorOf(const absl::Status& status) {
  if (ErrnoOf(status) != 0) return PythonError::kOsError;
  if (status.GetPayload(kTypeErrorPayload).has_value()) return PythonError::kTypeError;
  if (status.GetPayload(kIndexErrorPayload).has_value()) return PythonError::kIndexError;
  if (status.GetPayload(kBufferErrorPayload).has_value()) return PythonError::kBufferError;
  if (status.GetPayload(kEofErrorPayload).has_value()) return PythonError::kEofError;
  if (status.GetPayload(kBufferTooShortPayload).has_value()) return PythonError::kBufferTooShort;
  if (status.GetPayload(kOsErrorPayload).has_value()) return PythonError::kOsError;
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return PythonError::kAuthenticationError;
    case absl::StatusCode::kDeadlineExceeded:
      return PythonError::kTimeoutError;
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

namespace select {
using someos::kTypeErrorPayload;
using someos::PythonError;
using someos::PythonErrorOf;
using someos::PythonTypeError;
}  // namespace select

}  // namespace someos

#endif  // SOMEOS_API_PYTHON_ERROR_H_
