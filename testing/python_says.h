// What a call returns, as Python would print it, for comparison with what an interpreter has said.

#ifndef SOMEOS_TESTING_PYTHON_SAYS_H_
#define SOMEOS_TESTING_PYTHON_SAYS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/python_error.h"

namespace someos {

// "ValueError: mmap closed or invalid"; "OSError: EINVAL"; "None" for OK.
inline std::string Says(const absl::Status& status) {
  if (status.ok()) return "None";
  switch (PythonErrorOf(status)) {
    case PythonError::kOsError:
      return absl::StrCat("OSError: ",
                          ErrnoOf(status) != 0 ? ErrnoName(ErrnoOf(status)) : status.message());
    case PythonError::kTypeError:
      return absl::StrCat("TypeError: ", status.message());
    case PythonError::kValueError:
      return absl::StrCat("ValueError: ", status.message());
    case PythonError::kOverflowError:
      return absl::StrCat("OverflowError: ", status.message());
    case PythonError::kIndexError:
      return absl::StrCat("IndexError: ", status.message());
    case PythonError::kBufferError:
      return absl::StrCat("BufferError: ", status.message());
    case PythonError::kEofError:
      return "EOFError: ";
    case PythonError::kAuthenticationError:
      return absl::StrCat("AuthenticationError: ", status.message());
    case PythonError::kTimeoutError:
      return absl::StrCat("TimeoutError: ", status.message());
    case PythonError::kBufferTooShort:
      return absl::StrCat("BufferTooShort: b'",
                          absl::CHexEscape(std::string(*status.GetPayload(kBufferTooShortPayload))),
                          "'");
    default:
      return status.ToString();
  }
}

inline std::string Says(const absl::StatusOr<std::string>& bytes) {
  return bytes.ok() ? absl::StrCat("b'", absl::CHexEscape(*bytes), "'") : Says(bytes.status());
}

template <typename Int>
std::string Says(const absl::StatusOr<Int>& number) {
  return number.ok() ? absl::StrCat(*number) : Says(number.status());
}

}  // namespace someos

#endif  // SOMEOS_TESTING_PYTHON_SAYS_H_
