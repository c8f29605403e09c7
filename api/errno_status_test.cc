#include "someos/api/errno_status.h"

#include <cerrno>
#include <map>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace someos {
namespace {

TEST(ErrnoStatusTest, CarriesTheErrnoAndReadsLikePerror) {
  const absl::Status status = ErrnoStatus(EBADF, "register fd 7");
  EXPECT_EQ(ErrnoOf(status), EBADF);
  EXPECT_EQ(status.message(), "register fd 7: Bad file descriptor (EBADF)");
}

TEST(ErrnoStatusTest, PrintsAsOneLine) {
  for (const absl::Status& status : {ErrnoStatus(EBADF, "register fd 7"),
                                     PlainStatus(absl::StatusCode::kNotFound, "no such poller")}) {
    std::ostringstream text;
    text << status;
    EXPECT_EQ(text.str(), status.ToString());
    EXPECT_EQ(text.str().find('\n'), std::string::npos);
  }
}

TEST(ErrnoStatusTest, HasAbseilsCodeForTheErrno) {
  EXPECT_EQ(ErrnoStatus(ENOENT, "x").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrnoStatus(EEXIST, "x").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrnoStatus(ENOSYS, "x").code(), absl::StatusCode::kUnimplemented);
}

TEST(ErrnoStatusTest, KnowsTheNamesOfWhatPollersAndSocketsMeet) {
  const std::map<int, std::string> names = {
      {EACCES, "EACCES"},
      {EADDRINUSE, "EADDRINUSE"},
      {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
      {EAGAIN, "EAGAIN"},
      {EBADF, "EBADF"},
      {ECONNABORTED, "ECONNABORTED"},
      {ECONNREFUSED, "ECONNREFUSED"},
      {ECONNRESET, "ECONNRESET"},
      {EDQUOT, "EDQUOT"},
      {EEXIST, "EEXIST"},
      {EFAULT, "EFAULT"},
      {EFBIG, "EFBIG"},
      {EHOSTUNREACH, "EHOSTUNREACH"},
      {EINPROGRESS, "EINPROGRESS"},
      {EINTR, "EINTR"},
      {EINVAL, "EINVAL"},
      {EIO, "EIO"},
      {ELOOP, "ELOOP"},
      {EMFILE, "EMFILE"},
      {ENETDOWN, "ENETDOWN"},
      {ENETUNREACH, "ENETUNREACH"},
      {ENFILE, "ENFILE"},
      {ENODEV, "ENODEV"},
      {ENOENT, "ENOENT"},
      {ENOMEM, "ENOMEM"},
      {ENOPROTOOPT, "ENOPROTOOPT"},
      {ENOSPC, "ENOSPC"},
      {ENOSYS, "ENOSYS"},
      {ENOTCONN, "ENOTCONN"},
      {ENOTSOCK, "ENOTSOCK"},
      {EOPNOTSUPP, "EOPNOTSUPP"},
      {EOVERFLOW, "EOVERFLOW"},
      {EPERM, "EPERM"},
      {EPIPE, "EPIPE"},
      {ERANGE, "ERANGE"},
      {ESRCH, "ESRCH"},
      {ETIMEDOUT, "ETIMEDOUT"},
  };
  for (const auto& [error, name] : names) EXPECT_EQ(ErrnoName(error), name);
}

TEST(ErrnoStatusTest, KeepsAnErrnoWhoseNameItDoesNotKnow) {
  const absl::Status status = ErrnoStatus(EXDEV, "x");
  EXPECT_EQ(ErrnoOf(status), EXDEV);
  EXPECT_NE(status.message().find("(errno)"), std::string::npos);
}

TEST(ErrnoStatusTest, OtherStatusesHaveNone) {
  EXPECT_EQ(ErrnoOf(absl::OkStatus()), 0);
  EXPECT_EQ(ErrnoOf(absl::InternalError("x")), 0);
}

}  // namespace
}  // namespace someos
