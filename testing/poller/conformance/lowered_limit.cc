// A program that lowers its limit of open descriptors below those that it has, as sandboxes do.

#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

void AllowNoMoreDescriptors() {
  const rlimit none = {0, 0};
  MustSucceed(setrlimit(RLIMIT_NOFILE, &none), "setrlimit");
}

std::vector<Event> WaitOn(Poller& poller, absl::Duration timeout) {
  Event events[4];
  const auto count = poller.Wait(events, timeout);
  EXPECT_THAT(count, Succeeds());
  return std::vector<Event>(events, events + count.value_or(0));
}

TEST_P(ManyTest, DescriptorsThatAreOpenOutliveALowerLimit) {
  // In a child, because the limit could not be raised again.
  DestroyPoller();
  ExpectInChild([&] {
    const auto poller = NewPoller();
    const SocketPair pair;
    Pipe pipe;
    const int socket = pair.near.get(), end = pipe.reader.get();
    ASSERT_THAT(poller->Register(socket, kReadAndWrite, 1), Succeeds());
    ASSERT_THAT(poller->Register(end, Interest::kReadable, 2), Succeeds());
    AllowNoMoreDescriptors();
    const auto wait = [&](absl::Duration timeout) { return WaitOn(*poller, timeout); };
    for (const absl::Duration timeout : {absl::ZeroDuration(), kPatience}) {
      EXPECT_THAT(wait(timeout), ElementsAre(EventOf(socket, Readiness::kWritable)));
    }
    WriteText(pipe.writer.get(), "x");
    WriteText(pair.far.get(), "x");
    EXPECT_THAT(wait(absl::InfiniteDuration()),
                UnorderedElementsAre(EventOf(socket, Readiness::kReadable | Readiness::kWritable),
                                     EventOf(end, Readiness::kReadable)));
    EXPECT_THAT(poller->Unregister(socket), Succeeds());
    ReadAvailable(end);
    EXPECT_THAT(wait(kQuiet), IsEmpty());
    EXPECT_THAT(poller->Wake(), Succeeds());
    EXPECT_THAT(wait(absl::InfiniteDuration()), IsEmpty());
    if (!capabilities().invalid) return;
    pipe.reader.reset();
    EXPECT_THAT(wait(kPatience), ElementsAre(EventOf(end, Readiness::kInvalid)));
    EXPECT_THAT(wait(kQuiet), IsEmpty());
  });
}

TEST_P(ManyTest, DescriptorZeroAndPausedOnesOutliveALowerLimit) {
  DestroyPoller();
  ExpectInChild([&] {
    const SocketPair pair, paused;
    MustSucceed(dup2(pair.near.get(), STDIN_FILENO), "dup2");
    const auto poller = NewPoller();
    ASSERT_THAT(poller->Register(STDIN_FILENO, Interest::kReadable), Succeeds());
    ASSERT_THAT(poller->Register(paused.near.get(), Interest::kNone), Succeeds());
    WriteText(paused.far.get(), "x");
    AllowNoMoreDescriptors();
    EXPECT_THAT(WaitOn(*poller, absl::ZeroDuration()), IsEmpty());
    EXPECT_THAT(WaitOn(*poller, kQuiet), IsEmpty());
    WriteText(pair.far.get(), "x");
    for (const absl::Duration timeout : {absl::ZeroDuration(), absl::InfiniteDuration()}) {
      EXPECT_THAT(WaitOn(*poller, timeout),
                  ElementsAre(EventOf(STDIN_FILENO, Readiness::kReadable)));
    }
    ReadAvailable(pair.near.get());
    EXPECT_THAT(WaitOn(*poller, kQuiet), IsEmpty());
  });
}

}  // namespace
}  // namespace someos
