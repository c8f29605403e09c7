// Statuses for the exceptions of multiprocessing. PythonErrorOf in python_error.h reads them back.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_ERRORS_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_ERRORS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {

// EOFError: the peer has closed the connection between two messages. kOutOfRange with
// kEofErrorPayload.
inline absl::Status EofError() {
  return someos::internal::MarkedStatus(absl::StatusCode::kOutOfRange, "end of file",
                                        kEofErrorPayload);
}
inline bool IsEofError(const absl::Status& status) {
  return status.GetPayload(kEofErrorPayload).has_value();
}

// An OSError without an errno: `code` with kOsErrorPayload.
inline absl::Status OsError(absl::StatusCode code, absl::string_view message) {
  return someos::internal::MarkedStatus(code, message, kOsErrorPayload);
}

// BufferTooShort: kResourceExhausted with kBufferTooShortPayload, which is the whole message.
inline absl::Status BufferTooShort(absl::string_view message) {
  absl::Status status =
      PlainStatus(absl::StatusCode::kResourceExhausted, "the message does not fit into the buffer");
  status.SetPayload(kBufferTooShortPayload, absl::Cord(message));
  return status;
}
// The message that did not fit; nullopt if `status` is no BufferTooShort.
inline std::optional<std::string> MessageOfBufferTooShort(const absl::Status& status) {
  const std::optional<absl::Cord> message = status.GetPayload(kBufferTooShortPayload);
  if (!message.has_value()) return std::nullopt;
  return std::string(*message);
}

// AuthenticationError: kUnauthenticated.
inline absl::Status AuthenticationError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kUnauthenticated, message);
}

// TimeoutError: kDeadlineExceeded.
inline absl::Status TimeoutError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, message);
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_ERRORS_H_
