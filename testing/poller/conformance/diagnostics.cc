// What a poller tells about itself, and about the errors behind its events.

#include "someos/api/diagnostics.h"

#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Printed(const std::vector<Registration>& registrations) {
  return absl::StrJoin(registrations, " ");
}

TEST_P(DiagnosticsTest, RegistrationsAreListedByNumber) {
  EXPECT_THAT(poller().registrations(), IsEmpty());
  const SocketPair pair;
  const ScopedFd file = TemporaryFile();
  Register(file.get(), Interest::kReadable, 3);
  Register(pair.far.get(), Interest::kNone, 2, Trigger::kOneShot);
  Register(pair.near.get(), kReadAndWrite, 1);
  EXPECT_EQ(Printed(poller().registrations()),
            absl::StrCat("{fd ", pair.near.get(), ": readable|writable, level, data 1} ",  //
                         "{fd ", pair.far.get(), ": none, one-shot, data 2} ",             //
                         "{fd ", file.get(), ": readable, level, data 3}"));
  Modify(pair.near.get(), Interest::kReadable, 4);
  Unregister(pair.far.get());
  EXPECT_EQ(Printed(poller().registrations()),
            absl::StrCat("{fd ", pair.near.get(), ": readable, level, data 4} ",  //
                         "{fd ", file.get(), ": readable, level, data 3}"));
}

TEST_P(DiagnosticsTest, AOneShotThatHasFiredIsStillListed) {
  const Pipe pipe;
  Register(pipe.writer.get(), Interest::kWritable, 5, Trigger::kOneShot);
  WaitReady();
  EXPECT_EQ(Printed(poller().registrations()),
            absl::StrCat("{fd ", pipe.writer.get(), ": writable, one-shot, data 5}"));
}

TEST_P(DiagnosticsTest, CountsWaitsAndEvents) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  Register(pipe.writer.get(), Interest::kWritable);
  EXPECT_EQ(poller().counters().waits, 0u);
  WaitReady();
  WriteText(pipe.writer.get(), "x");
  WaitReady();
  const Counters counters = poller().counters();
  EXPECT_EQ(counters.waits, 2u);
  EXPECT_EQ(counters.events, 3u);
  EXPECT_EQ(counters.wakes, 0u);
  EXPECT_EQ(counters.interrupted, 0u);
}

TEST_P(DiagnosticsTest, CountersPrintThemselves) {
  const Counters counters = {/*waits=*/5, /*events=*/7, /*wakes=*/1, /*spurious=*/0,
                             /*interrupted=*/2};
  EXPECT_EQ(absl::StrCat(counters), "waits 5, events 7, wakes 1, spurious 0, interrupted 2");
}

TEST_P(DiagnosticsTest, CountsWakesThatWereFound) {
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(WaitReady(), IsEmpty());
  EXPECT_THAT(WaitNow(), IsEmpty());
  EXPECT_EQ(poller().counters().wakes, 1u);
  EXPECT_EQ(poller().counters().waits, 2u);
}

TEST_P(DiagnosticsTest, ARefusedWaitIsNotCounted) {
  EXPECT_FALSE(poller().Wait({}, absl::ZeroDuration()).ok());
  EXPECT_EQ(poller().counters().waits, 0u);
}

TEST_P(DiagnosticsTest, TheErrorBehindARefusedConnect) {
  const ScopedFd client = BeginRefusedConnect();
  if (client.get() < 0) GTEST_SKIP() << "this system's connect() is refused at once";
  Register(client.get(), Interest::kWritable);
  WaitUntil(client.get(), Readiness::kWritable | Readiness::kError);
  EXPECT_EQ(poller().TakeError(client.get()).value_or(-1), ECONNREFUSED);
  EXPECT_EQ(poller().TakeError(client.get()).value_or(-1), 0) << "it was taken";
}

TEST_P(DiagnosticsTest, TheErrorBehindAReset) {
  TcpPair pair;
  Register(pair.near.get(), Interest::kReadable);
  CloseWithReset(pair.far);
  WaitUntil(pair.near.get(), Readiness::kReadable | Readiness::kError);
  EXPECT_EQ(poller().TakeError(pair.near.get()).value_or(-1), ECONNRESET);
}

TEST_P(DiagnosticsTest, NoErrorWhereThereIsNone) {
  SocketPair pair;
  Pipe pipe;
  Register(pair.near.get(), Interest::kReadable);
  Register(pipe.writer.get(), Interest::kWritable);
  pair.far.reset();
  pipe.reader.reset();
  WaitReady();
  EXPECT_EQ(poller().TakeError(pair.near.get()).value_or(-1), 0);
  EXPECT_EQ(poller().TakeError(pipe.writer.get()).value_or(-1), 0) << "a pipe is no socket";
}

TEST_P(DiagnosticsTest, TheErrorOfWhatIsNotRegistered) {
  SocketPair pair;
  EXPECT_THAT(poller().TakeError(pair.near.get()), FailsWithErrno(ENOENT, "take error of fd "));
  EXPECT_THAT(poller().TakeError(-1), FailsWithErrno(EBADF, "take error of fd "));
  Register(pair.near.get(), Interest::kReadable);
  const int fd = pair.near.get();
  pair.near.reset();
  EXPECT_THAT(poller().TakeError(fd), FailsWithErrno(EBADF, "take error of fd "));
}

}  // namespace
}  // namespace someos
