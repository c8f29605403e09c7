// Promise 1, continued: what open(2) with O_PATH returns can be neither read nor written nor waited
// for.

#include <fcntl.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/interest.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

#ifdef __linux__
TEST_P(ErrorsTest, RegisterOfAPathOnly) {
  for (const char* const path : {"/", "/dev/null", "/proc/self/exe"}) {
    const ScopedFd fd(MustSucceed(open(path, O_PATH | O_CLOEXEC), "open"));
    for (const Interest interest : {Interest::kReadable, kReadAndWrite, Interest::kNone}) {
      EXPECT_THAT(poller().Register(fd.get(), interest),
                  FailsWithErrno(EBADF, absl::StrCat("register fd ", fd.get(), ": ")))
          << path << " for " << absl::StrCat(interest);
    }
    EXPECT_THAT(poller().Unregister(fd.get()), FailsWithErrno(ENOENT, "unregister fd"));
  }
  ExpectQuiet();
}

TEST_P(ErrorsTest, ModifyOfANumberThatHasBecomeAPathOnly) {
  const ScopedFd root(MustSucceed(open("/", O_RDONLY | O_CLOEXEC), "open"));
  const ScopedFd path(MustSucceed(open("/", O_PATH | O_CLOEXEC), "open"));
  Register(root.get(), Interest::kReadable);
  GiveNumber(root, path);
  EXPECT_THAT(poller().Modify(root.get(), Interest::kReadable), FailsWithErrno(EBADF, "modify fd"));
  Unregister(root.get());
}
#endif

}  // namespace
}  // namespace someos
