// GoogleTest matchers for the library's statuses.

#ifndef SOMEOS_TESTING_STATUS_MATCHERS_H_
#define SOMEOS_TESTING_STATUS_MATCHERS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "someos/api/errno_status.h"

namespace someos {

inline absl::Status StatusOf(const absl::Status& status) { return status; }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(Succeeds, negation ? "fails" : "succeeds") {
  if (StatusOf(arg).ok()) return true;
  *result_listener << StatusOf(arg).ToString();
  return false;
}

// A failure that carries the errno `error` and the code that Abseil gives it, and whose message
// begins with `operation` ("register fd 7").
MATCHER_P2(FailsWithErrno, error, operation,
           absl::StrCat("fails with ", ErrnoName(error), " of \"", operation, "\"")) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return ErrnoOf(status) == error && status.code() == absl::ErrnoToStatusCode(error) &&
         absl::StartsWith(status.message(), operation);
}

// A failure of the code `code`, whose message begins with `operation`.
MATCHER_P2(FailsWithCode, code, operation,
           absl::StrCat("fails with ", absl::StatusCodeToString(code), " of \"", operation, "\"")) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code && absl::StartsWith(status.message(), operation);
}

}  // namespace someos

#endif  // SOMEOS_TESTING_STATUS_MATCHERS_H_
