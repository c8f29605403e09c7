#include "someos/backends/poller_base/socket_error.h"

#include <cerrno>

#include "gtest/gtest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"

namespace someos::poller_base {
namespace {

TEST(SocketErrorTest, ThereIsNoneWhereNothingHasFailed) {
  const SocketPair pair;
  const Pipe pipe;
  EXPECT_EQ(TakeSocketError(pair.near.get()).value_or(-1), 0);
  EXPECT_EQ(TakeSocketError(pipe.reader.get()).value_or(-1), 0);
}

// As when another thread closes the descriptor meanwhile.
TEST(SocketErrorTest, AClosedDescriptorIsAnError) {
  SocketPair pair;
  const int fd = pair.near.get();
  pair.near.reset();
  EXPECT_THAT(TakeSocketError(fd), FailsWithErrno(EBADF, "take error of fd "));
}

}  // namespace
}  // namespace someos::poller_base
