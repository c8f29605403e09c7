// Promise 9 with high descriptor numbers: those of registrations, and those that a rebuilt poller
// gets for its own.

#include <sys/select.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/occupied_numbers.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/poller/refusals.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

// What a poller opens of its own, and a test beside it.
constexpr int kSpare = 32;

TEST_P(ForkTest, RebuildOfHighNumbers) {
  // Around the ends of tables that grow in pieces.
  const int numbers[] = {63, 64, 255, 256, 257, 511, 512, 1023, 1024, 1025, 2048, 4096};
  const SocketPair pair;
  std::vector<ScopedFd> registered;
  for (const int number : numbers) {
    if (RaiseDescriptorLimit(number + kSpare) < number + kSpare) break;
    ScopedFd fd = DuplicateTo(number, pair.near.get());
    const absl::Status status = poller().Register(number, Interest::kReadable, number);
    if (absl::IsOutOfRange(status)) break;
    ASSERT_THAT(status, Succeeds());
    registered.push_back(std::move(fd));
  }
  ASSERT_GE(registered.size(), 3u) << "too few numbers";
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    ExpectQuiet();
    WriteText(pair.far.get(), "x");
    EXPECT_EQ(WaitReady().size(), registered.size());
    // Each by itself.
    for (const ScopedFd& fd : registered) Modify(fd.get(), Interest::kNone);
    ExpectQuiet();
    for (const ScopedFd& fd : registered) {
      Modify(fd.get(), Interest::kReadable, fd.get());
      EXPECT_THAT(WaitReady(), ElementsAre(AllOf(EventOf(fd.get(), Readiness::kReadable),
                                                 Field(&Event::data, fd.get()))));
      Unregister(fd.get());
    }
    EXPECT_THAT(poller().registrations(), IsEmpty());
    ExpectQuiet();
  });
  EXPECT_EQ(WaitReady().size(), registered.size());
}

// One piece of a table and the next, which nothing else may have made before.
TEST_P(ForkTest, OwnDescriptorsOfARebuiltPollerMayBeHigh) {
  const SocketPair pair, other;
  Register(pair.near.get(), Interest::kReadable, 1);
  // The next one to it may be the poller's.
  const ScopedFd below = DuplicateTo(255, other.near.get());
  Register(below.get(), Interest::kReadable, 3);
  for (const int lowest : {64, 256, 1000, 1024, 2048}) {
    if (RaiseDescriptorLimit(lowest + kSpare) < lowest + kSpare) break;
    SCOPED_TRACE(lowest);
    ExpectInChild([&] {
      auto occupied = std::make_unique<OccupiedNumbers>(lowest);
      absl::Status status = poller().RebuildAfterFork();
      if (lowest >= FD_SETSIZE && absl::IsOutOfRange(status)) {
        EXPECT_THAT(std::string(status.message()), testing::HasSubstr("FD_SETSIZE"));
        ExpectRefusedAfterFork(poller(), pair.near.get());
        occupied.reset();
        status = poller().RebuildAfterFork();
      }
      ASSERT_THAT(status, Succeeds());
      ExpectQuiet();
      EXPECT_THAT(poller().Wake(), Succeeds());
      EXPECT_THAT(Wait(absl::InfiniteDuration()), IsEmpty());
      ExpectQuiet();
      WriteText(pair.far.get(), "x");
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
      ReadAvailable(pair.near.get());
      // What the parent's own descriptors were called is free for others now.
      occupied.reset();
      std::vector<Pipe> low(4);
      for (const Pipe& pipe : low) {
        WriteText(pipe.writer.get(), "x");
        Register(pipe.reader.get(), Interest::kReadable, 2, Trigger::kOneShot);
        EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::fd, pipe.reader.get())));
      }
      ExpectQuiet();
    });
  }
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(WaitReady(), IsEmpty());
}

// One of its own may even get the number of a registration that is lost.
TEST_P(ForkTest, OwnDescriptorsOfARebuiltPollerMayHaveTheNumbersOfTheLost) {
  std::vector<SocketPair> lost(4);
  for (const SocketPair& pair : lost) {
    Register(pair.near.get(), Interest::kReadable, 1);
    Register(pair.far.get(), Interest::kReadable, 1);
  }
  const SocketPair kept;
  Register(kept.near.get(), Interest::kReadable, 2);
  ExpectInChild([&] {
    const int first = lost[0].near.get();
    lost.clear();
    EXPECT_THAT(poller().RebuildAfterFork(),
                FailsWithErrno(EBADF, absl::StrCat("rebuild after fork: register fd ", first)));
    EXPECT_EQ(poller().registrations().size(), 1u);
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(Wait(absl::InfiniteDuration()), IsEmpty());
    ExpectQuiet();
    WriteText(kept.far.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
  });
}

}  // namespace
}  // namespace someos
