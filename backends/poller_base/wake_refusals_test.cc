#include "someos/backends/poller_base/wake_refusals.h"

#include <cerrno>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/status_matchers.h"

namespace someos::poller_base {
namespace {

TEST(WakeRefusalsTest, AreTheStatusesOfOtherCalls) {
  EXPECT_EQ(WakeRefusals::Get().forked(), base::ForkedError("wake"));
  for (const int error : {EPERM, EBADF, EIO, ENOSPC, EPIPE, EDQUOT, ENOTCONN}) {
    EXPECT_EQ(WakeRefusals::Get().OfErrno(error), ErrnoStatus(error, "wake"));
  }
}

TEST(WakeRefusalsTest, AnErrnoThatNoSystemHasIsAFailureToo) {
  for (const int error : {-1, 0, 160, 1 << 20}) {
    const absl::Status status = WakeRefusals::Get().OfErrno(error);
    EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kUnknown, "wake: "));
    EXPECT_EQ(ErrnoOf(status), 0);
  }
}

TEST(WakeRefusalsTest, TakingOneAllocatesNothing) {
  if (!CountsAllocations()) GTEST_SKIP() << "the sanitizer has its own operator new";
  const WakeRefusals& refusals = WakeRefusals::Get();
  const size_t before = Allocations();
  for (int i = 0; i < 3; ++i) {
    const absl::Status forked = refusals.forked();
    const absl::Status refused = refusals.OfErrno(EBADF);
    EXPECT_EQ(Allocations(), before);
  }
}

}  // namespace
}  // namespace someos::poller_base
