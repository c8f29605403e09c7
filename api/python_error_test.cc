#include "someos/api/python_error.h"

#include <cerrno>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"

namespace someos {
namespace {

TEST(PythonError, EachCodeIsAnException) {
  EXPECT_EQ(PythonErrorOf(absl::InvalidArgumentError("")), PythonError::kValueError);
  EXPECT_EQ(PythonErrorOf(absl::OutOfRangeError("")), PythonError::kOverflowError);
  EXPECT_EQ(PythonErrorOf(absl::NotFoundError("")), PythonError::kKeyError);
  EXPECT_EQ(PythonErrorOf(absl::UnauthenticatedError("")), PythonError::kAuthenticationError);
  EXPECT_EQ(PythonErrorOf(absl::DeadlineExceededError("")), PythonError::kTimeoutError);
  EXPECT_EQ(PythonErrorOf(absl::FailedPreconditionError("")), PythonError::kRuntimeError);
  EXPECT_EQ(PythonErrorOf(absl::InternalError("")), PythonError::kRuntimeError);
}

TEST(PythonError, AnErrnoIsAnOsErrorWhateverItsCode) {
  for (const int error : {EBADF, EINVAL, ENOENT, EEXIST, EINTR, ENOMEM}) {
    EXPECT_EQ(PythonErrorOf(ErrnoStatus(error, "select")), PythonError::kOsError) << error;
  }
}

TEST(PythonError, ATypeErrorIsMarked) {
  const absl::Status status = PythonTypeError("timeout must be a float or None");
  EXPECT_EQ(PythonErrorOf(status), PythonError::kTypeError);
  EXPECT_EQ(status.message(), "timeout must be a float or None");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

TEST(PythonError, AnIndexErrorIsMarked) {
  const absl::Status status = PythonIndexError("mmap index out of range");
  EXPECT_EQ(PythonErrorOf(status), PythonError::kIndexError);
  EXPECT_EQ(status.message(), "mmap index out of range");
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
}

TEST(PythonError, ABufferErrorIsMarked) {
  const absl::Status status = PythonBufferError("cannot close exported pointers exist");
  EXPECT_EQ(PythonErrorOf(status), PythonError::kBufferError);
  EXPECT_EQ(status.message(), "cannot close exported pointers exist");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST(PythonError, NamesOfSelectAreTheSame) {
  EXPECT_EQ(select::PythonErrorOf(select::PythonTypeError("")), select::PythonError::kTypeError);
}

}  // namespace
}  // namespace someos
