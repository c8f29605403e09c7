#include "someos/backends/poller_base/wake_request.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/backends/poller_base/wake_channel.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::poller_base {
namespace {

class WakeRequestTest : public testing::Test {
 protected:
  bool readable() const {
    pollfd one = {channel_.fd(), POLLIN, 0};
    return poll(&one, 1, 0) == 1 && (one.revents & POLLIN) != 0;
  }

  const WakeChannel channel_ = WakeChannel::Create().value();
  WakeRequest request_;
};

TEST_F(WakeRequestTest, IsPendingUntilItIsTaken) {
  EXPECT_FALSE(request_.pending());
  EXPECT_FALSE(request_.Take());
  EXPECT_THAT(request_.Make(channel_), Succeeds());
  EXPECT_TRUE(request_.pending());
  EXPECT_TRUE(readable());
  EXPECT_TRUE(request_.Take());
  EXPECT_FALSE(request_.pending());
  EXPECT_FALSE(request_.Take());
}

TEST_F(WakeRequestTest, SignalsOnceUntilItIsTaken) {
  EXPECT_THAT(request_.Make(channel_), Succeeds());
  channel_.Drain();
  EXPECT_THAT(request_.Make(channel_), Succeeds());
  EXPECT_FALSE(readable()) << "signalled again";
  EXPECT_TRUE(request_.Take());
  EXPECT_THAT(request_.Make(channel_), Succeeds());
  EXPECT_TRUE(readable());
}

#ifdef __linux__  // elsewhere the channel is a pipe, whose other end has another number
// Whoever closed the channel's descriptor opened another file, and puts it right in the end.
TEST_F(WakeRequestTest, OneThatFailedIsNotPending) {
  const ScopedFd kept = Duplicate(channel_.fd());
  const ScopedFd unwritable(MustSucceed(open("/dev/null", O_RDONLY | O_CLOEXEC), "open"));
  for (int i = 0; i < 3; ++i) {
    MustSucceed(dup2(unwritable.get(), channel_.fd()), "dup2");
    EXPECT_THAT(request_.Make(channel_), FailsWithErrno(EBADF, "wake"));
    EXPECT_FALSE(request_.pending());
    EXPECT_THAT(request_.Make(channel_), FailsWithErrno(EBADF, "wake"));
    MustSucceed(dup2(kept.get(), channel_.fd()), "dup2");
    EXPECT_FALSE(request_.Take());
    EXPECT_THAT(request_.Make(channel_), Succeeds());
    EXPECT_TRUE(readable());
    EXPECT_TRUE(request_.Take());
    channel_.Drain();
  }
}
#endif

}  // namespace
}  // namespace someos::poller_base
