// Waits that bring too little, nothing at all, or what is no longer wanted.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <map>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(EventFaultTest, ShortLists) {
  constexpr size_t kPipes = 12;
  const Trigger triggers[] = {Trigger::kLevel, Trigger::kOneShot,
                              capabilities().edge ? Trigger::kEdge : Trigger::kOneShot};
  for (const int most : {1, 2, 5}) {
    SCOPED_TRACE(most);
    const Pipe pipes[kPipes];
    for (size_t i = 0; i < kPipes; ++i) {
      Register(pipes[i].reader.get(), Interest::kReadable, i, triggers[i % 3]);
      WriteText(pipes[i].writer.get(), "x");
    }
    plan().BringAtMost(most);
    std::map<uint64_t, int> reports;
    // Which ones a kernel leaves out is its choice, but it may not go on with that for ever.
    for (size_t i = 0; i < 20 * kPipes && reports.size() < kPipes; ++i) {
      for (const Event& event : Wait()) {
        ++reports[event.data];
        if (event.data % 3 == 0) ReadAvailable(event.fd);
      }
    }
    plan().Clear();
    for (size_t i = 0; i < kPipes; ++i) EXPECT_EQ(reports[i], 1) << i;
    ExpectQuiet();
    for (const Pipe& pipe : pipes) {
      EXPECT_THAT(poller().Unregister(pipe.reader.get()), Succeeds());
    }
  }
}

// Whoever empties the wake channel must not empty it of a wake that nobody has heard of.
TEST_P(EventFaultTest, AWakeBetweenTheEndOfAWaitAndTheEmptyingOfItsChannel) {
  if (!RunBeforeEachRead([this] { EXPECT_THAT(poller().Wake(), Succeeds()); })) {
    GTEST_SKIP() << "nothing can be put in front of the C library's functions here";
  }
  EXPECT_THAT(poller().Wake(), Succeeds());
  Event event;
  {
    const LibraryCall call;
    EXPECT_EQ(poller().Wait({&event, 1}, kPatience).value_or(9), 0u);
  }
  RunBeforeEachRead(nullptr);
  // The one meanwhile counts as the same one, or ends this Wait; a further one is not lost.
  EXPECT_THAT(Wait(absl::ZeroDuration()), IsEmpty());
  EXPECT_THAT(poller().Wake(), Succeeds());
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
}

TEST_P(EventFaultTest, ATimeoutOfTheKernelsThatIsTooEarly) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1);
  constexpr absl::Duration kTimeout = absl::Microseconds(2500);
  for (const absl::string_view call : backend().wait_calls) {
    for (int i = 1; i <= 3; ++i) plan().ReturnEarly(call, i);
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(kTimeout), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, kTimeout);
    plan().Clear();
  }
  WriteText(pipe.writer.get(), "x");
  for (const absl::string_view call : backend().wait_calls) {
    for (const absl::Duration timeout : {kPatience, absl::InfiniteDuration()}) {
      for (int i = 1; i <= 3; ++i) plan().ReturnEarly(call, i);
      EXPECT_THAT(Wait(timeout), ElementsAre(Reports(fd, Readiness::kReadable, 1)));
      plan().Clear();
    }
  }
}

TEST_P(EventFaultTest, ATimeoutOfTheKernelsThatIsTooEarlyForAWake) {
  for (const absl::string_view call : backend().wait_calls) {
    ASSERT_THAT(poller().Wake(), Succeeds());
    plan().ReturnEarly(call);
    EXPECT_THAT(Wait(kPatience), IsEmpty());
    plan().Clear();
  }
  EXPECT_EQ(poller().counters().wakes, backend().wait_calls.size());
}

// The kernel has handed out an event, and before Wait has looked at it another thread changes what
// it is about. (Here it is the same thread, within the call.)

TEST_P(EventFaultTest, OfWhatIsUnregisteredMeanwhile) {
  const Pipe gone, stays;
  Register(gone.reader.get(), Interest::kReadable, 1);
  Register(stays.reader.get(), Interest::kReadable, 2);
  WriteText(gone.writer.get(), "x");
  WriteText(stays.writer.get(), "x");
  Meanwhile([&] { EXPECT_THAT(poller().Unregister(gone.reader.get()), Succeeds()); });
  EXPECT_THAT(Wait(), ElementsAre(Reports(stays.reader.get(), Readiness::kReadable, 2)));
  EXPECT_THAT(Wait(), ElementsAre(Reports(stays.reader.get(), Readiness::kReadable, 2)));
}

TEST_P(EventFaultTest, OfWhatIsUnregisteredMeanwhileAndNothingElse) {
  const Pipe gone;
  WriteText(gone.writer.get(), "x");
  for (const absl::Duration timeout : {absl::ZeroDuration(), kQuiet}) {
    Register(gone.reader.get(), Interest::kReadable, 1);
    Meanwhile([&] { EXPECT_THAT(poller().Unregister(gone.reader.get()), Succeeds()); });
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(timeout, 1), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, timeout);
  }
}

TEST_P(EventFaultTest, OfANumberThatIsAnotherFilesMeanwhile) {
  const Pipe old_file, new_file;
  const int fd = old_file.reader.get();
  Register(fd, Interest::kReadable, 1);
  WriteText(old_file.writer.get(), "x");
  Meanwhile([&] {
    EXPECT_THAT(poller().Unregister(fd), Succeeds());
    MustSucceed(dup2(new_file.reader.get(), fd), "dup2");
    Register(fd, Interest::kReadable, 2);
  });
  EXPECT_THAT(Wait(kQuiet), IsEmpty());
  ExpectQuiet();
  WriteText(new_file.writer.get(), "x");
  EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
}

TEST_P(EventFaultTest, OfWhatIsRegisteredAnewMeanwhile) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1);
  WriteText(pipe.writer.get(), "x");
  Meanwhile([&] {
    EXPECT_THAT(poller().Unregister(fd), Succeeds());
    Register(fd, Interest::kReadable, 2, Trigger::kOneShot);
  });
  EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
  ExpectQuiet();
}

TEST_P(EventFaultTest, OfWhatIsModifiedMeanwhile) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1, Trigger::kOneShot);
  WriteText(pipe.writer.get(), "x");
  Meanwhile([&] { EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 2), Succeeds()); });
  EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
  EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
}

// A kernel that reports once more what was unregistered long ago, with the rest if there is room.
TEST_P(EventFaultTest, OfARegistrationThatIsLongGone) {
  if (!backend().repeats_events) {
    GTEST_SKIP() << backend().backend->implementation << " keeps no registrations in the kernel";
  }
  const Pipe gone, stays;
  const int fd = gone.reader.get();
  Register(stays.reader.get(), Interest::kReadable, 1);
  for (const absl::string_view call : backend().wait_calls) {
    // Waits by that call.
    const absl::Duration timeout = call == "epoll_wait" ? absl::InfiniteDuration() : kPatience;
    for (const size_t room : {size_t{8}, size_t{1}}) {
      for (const bool registered_anew : {false, true}) {
        Register(fd, Interest::kReadable, 2);
        WriteText(gone.writer.get(), "x");
        // As often as looks are rare at most (poller_base/look_back_off.h), so that one finds it.
        for (int i = 0; i < 16; ++i) {
          ASSERT_THAT(Wait(timeout), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
        }
        EXPECT_THAT(poller().Unregister(fd), Succeeds());
        ReadAvailable(fd);
        if (registered_anew) Register(fd, Interest::kReadable, 3);
        // A look in vain: the next wait does not begin with one.
        EXPECT_THAT(Wait(absl::Nanoseconds(1)), IsEmpty());
        WriteText(stays.writer.get(), "x");
        plan().Repeat(call);
        EXPECT_THAT(Wait(timeout, room),
                    ElementsAre(Reports(stays.reader.get(), Readiness::kReadable, 1)));
        EXPECT_TRUE(plan().done());
        ReadAvailable(stays.reader.get());
        ExpectQuiet();
        if (!registered_anew) continue;
        WriteText(gone.writer.get(), "x");
        EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 3)));
        EXPECT_THAT(poller().Unregister(fd), Succeeds());
        ReadAvailable(fd);
      }
    }
  }
}

}  // namespace
}  // namespace someos
