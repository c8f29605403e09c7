#include "someos/backends/poller_base/hangup_error.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos::poller_base {
namespace {

constexpr Interest kBoth = Interest::kReadable | Interest::kWritable;

// What poll(2) says of `fd`, in Readiness, whose values are its own.
Readiness Poll(int fd) {
  pollfd entry = {fd, POLLIN | POLLOUT, 0};
  EXPECT_EQ(poll(&entry, 1, 0), 1);
  return static_cast<Readiness>(entry.revents);
}

TEST(HangupErrorTest, APipeWithoutReaderIsBrokenForItsWriter) {
  Pipe pipe;
  pipe.reader.reset();
  EXPECT_TRUE(HangupIsError(pipe.writer.get(), Interest::kWritable));
  const Readiness found = Poll(pipe.writer.get());
  EXPECT_TRUE(
      HasAny(WithErrorOfHangup(pipe.writer.get(), Interest::kWritable, found), Readiness::kError));
}

TEST(HangupErrorTest, APipeWithoutWriterIsAtItsEndForItsReader) {
  Pipe pipe;
  pipe.writer.reset();
  EXPECT_FALSE(HangupIsError(pipe.reader.get(), Interest::kReadable));
  const Readiness found = Poll(pipe.reader.get());
  EXPECT_EQ(WithErrorOfHangup(pipe.reader.get(), Interest::kReadable, found), found);
}

TEST(HangupErrorTest, AResetIsAnError) {
  TcpPair pair;
  CloseWithReset(pair.far);
  AwaitArrival(pair.near.get());
  const Readiness found = Poll(pair.near.get());
  EXPECT_TRUE(HasAny(WithErrorOfHangup(pair.near.get(), kBoth, found), Readiness::kError));
  EXPECT_TRUE(HangupIsError(pair.near.get(), kBoth));
}

TEST(HangupErrorTest, AClosedPeerIsNone) {
  SocketPair pair;
  pair.far.reset();
  errno = EXDEV;
  EXPECT_FALSE(HangupIsError(pair.near.get(), kBoth));
  EXPECT_EQ(errno, EXDEV);
}

TEST(HangupErrorTest, NeitherIsAFileOrAClosedNumber) {
  EXPECT_FALSE(HangupIsError(TemporaryFile().get(), kBoth));
  errno = EXDEV;
  EXPECT_FALSE(HangupIsError(-1, kBoth));
  EXPECT_EQ(errno, EXDEV);
}

}  // namespace
}  // namespace someos::poller_base
