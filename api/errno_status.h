// Storing an errno in an absl::Status, and reading it back.

#ifndef SOMEOS_API_ERRNO_STATUS_H_
#define SOMEOS_API_ERRNO_STATUS_H_

#include <cerrno>
#include <optional>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos {

// The type URL of the payload in which a status of this library stores its errno, as a decimal
// number.
inline constexpr absl::string_view kErrnoPayload = "someos/errno";

// The symbolic name ("EBADF") of an errno that the library's own calls or a socket can return;
// "errno" for all others.
constexpr absl::string_view ErrnoName(int error) {
  switch (error) {
    case EACCES:
      return "EACCES";
    case EADDRINUSE:
      return "EADDRINUSE";
    case EADDRNOTAVAIL:
      return "EADDRNOTAVAIL";
    case EAGAIN:
      return "EAGAIN";
    case EBADF:
      return "EBADF";
    case ECONNABORTED:
      return "ECONNABORTED";
    case ECONNREFUSED:
      return "ECONNREFUSED";
    case ECONNRESET:
      return "ECONNRESET";
    case EDQUOT:
      return "EDQUOT";
    case EEXIST:
      return "EEXIST";
    case EFAULT:
      return "EFAULT";
    case EFBIG:
      return "EFBIG";
    case EHOSTUNREACH:
      return "EHOSTUNREACH";
    case EINPROGRESS:
      return "EINPROGRESS";
    case EINTR:
      return "EINTR";
    case EINVAL:
      return "EINVAL";
    case EIO:
      return "EIO";
    case ELOOP:
      return "ELOOP";
    case EMFILE:
      return "EMFILE";
    case ENETDOWN:
      return "ENETDOWN";
    case ENETUNREACH:
      return "ENETUNREACH";
    case ENFILE:
      return "ENFILE";
    case ENODEV:
      return "ENODEV";
    case ENOENT:
      return "ENOENT";
    case ENOMEM:
      return "ENOMEM";
    case ENOPROTOOPT:
      return "ENOPROTOOPT";
    case ENOSPC:
      return "ENOSPC";
    case ENOSYS:
      return "ENOSYS";
    case ENOTCONN:
      return "ENOTCONN";
    case ENOTSOCK:
      return "ENOTSOCK";
    case EOPNOTSUPP:
      return "EOPNOTSUPP";
    case EOVERFLOW:
      return "EOVERFLOW";
    case EPERM:
      return "EPERM";
    case EPIPE:
      return "EPIPE";
    case ERANGE:
      return "ERANGE";
    case ESRCH:
      return "ESRCH";
    case ETIMEDOUT:
      return "ETIMEDOUT";
    default:
      return "errno";
  }
}

// A status that prints as one line. Abseil's own functions, since 2026-05, add the place in the
// source that made it, which here would always be inside this library.
inline absl::Status PlainStatus(absl::StatusCode code, absl::string_view message) {
#if !defined(ABSL_LTS_RELEASE_VERSION) || ABSL_LTS_RELEASE_VERSION >= 20260526
  return absl::Status(code, message, absl::SourceLocation());  // of nowhere: none is stored
#else
  return absl::Status(code, message);
#endif
}

// The status of a failed operation: the code that Abseil assigns to this errno, the message
// "<operation>: <strerror> (<ErrnoName>)" in the style of perror(3), and the errno itself as a
// payload. `error` must not be 0.
inline absl::Status ErrnoStatus(int error, absl::string_view operation) {
  // absl::ErrnoToStatus appends strerror's text, and is thread-safe.
  const absl::Status plain = absl::ErrnoToStatus(error, operation);
  absl::Status status =
      PlainStatus(plain.code(), absl::StrCat(plain.message(), " (", ErrnoName(error), ")"));
  status.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(error)));
  return status;
}

// The errno stored in a status of this library; 0 for OK and for errors without one (an option that
// a backend does not implement, a second concurrent Wait).
inline int ErrnoOf(const absl::Status& status) {
  const std::optional<absl::Cord> payload = status.GetPayload(kErrnoPayload);
  int error = 0;
  return payload.has_value() && absl::SimpleAtoi(std::string(*payload), &error) ? error : 0;
}

}  // namespace someos

#endif  // SOMEOS_API_ERRNO_STATUS_H_
