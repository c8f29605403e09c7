// The whole contract for every descriptor number: the lowest, which other programs give to standard
// input and output, those around the ends of the words and tables in which pollers keep them, and
// as many at once as fit in exactly.

#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/occupied_numbers.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

// Words have 32 or 64 bits, a piece of a table 256 entries, its directory 4 pieces and then twice
// as many each time, select's sets FD_SETSIZE bits.
constexpr int kEnds[] = {32, 64, 128, 256, 512, 1024, 2048, 4096};

// What a poller opens of its own, and a test beside it.
constexpr int kSpare = 32;

TEST_P(NumbersTest, ZeroOneAndTwoAreDescriptors) {
  ExpectInChild([&] {
    const SocketPair pair;
    const std::unique_ptr<Poller> own = NewPoller();
    const auto wait = [&](absl::Duration timeout) {
      Event events[4];
      const auto count = own->Wait(absl::MakeSpan(events), timeout);
      EXPECT_THAT(count, Succeeds());
      return std::vector<Event>(events, events + count.value_or(0));
    };
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      MustSucceed(dup2(pair.near.get(), fd), "dup2");
      EXPECT_THAT(own->Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
      EXPECT_THAT(own->Register(fd, Interest::kNone, 1), Succeeds());
      WriteText(pair.far.get(), "x");
      EXPECT_THAT(wait(kQuiet), IsEmpty()) << fd;
      for (const Trigger trigger : {Trigger::kLevel, Trigger::kOneShot}) {
        EXPECT_THAT(own->Modify(fd, Interest::kReadable, 2, trigger), Succeeds());
        EXPECT_THAT(wait(kPatience),
                    ElementsAre(AllOf(EventOf(fd, Readiness::kReadable), Field(&Event::data, 2u))));
        EXPECT_THAT(own->Register(fd, Interest::kReadable), FailsWithErrno(EEXIST, "register fd"));
        EXPECT_THAT(own->Modify(fd, Interest::kNone), Succeeds());
        EXPECT_THAT(wait(kQuiet), IsEmpty()) << fd;
      }
      EXPECT_EQ(own->registrations().size(), 1u);
      EXPECT_THAT(own->Unregister(fd), Succeeds());
      EXPECT_THAT(wait(kQuiet), IsEmpty()) << fd;
      ReadAvailable(pair.near.get());
    }
  });
}

TEST_P(NumbersTest, ZeroOneAndTwoReportNoHangupWhilePaused) {
  ExpectInChild([&] {
    const std::unique_ptr<Poller> own = NewPoller();
    Event events[4];
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      SocketPair pair;
      MustSucceed(dup2(pair.near.get(), fd), "dup2");
      EXPECT_THAT(own->Register(fd, Interest::kReadable), Succeeds());
      EXPECT_THAT(own->Modify(fd, Interest::kNone), Succeeds());
      pair.far.reset();
      EXPECT_EQ(own->Wait(absl::MakeSpan(events), kQuiet).value_or(9), 0u) << fd;
      EXPECT_THAT(own->Modify(fd, Interest::kReadable), Succeeds());
      EXPECT_EQ(own->Wait(absl::MakeSpan(events), kPatience).value_or(9), 1u) << fd;
      EXPECT_THAT(own->Unregister(fd), Succeeds());
    }
  });
}

// They are what is free in a daemon.
TEST_P(NumbersTest, OwnDescriptorsMayBeZeroOneAndTwo) {
  ExpectInChild([&] {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) close(fd);
    const std::unique_ptr<Poller> own = NewPoller();
    const SocketPair pair;
    EXPECT_THAT(own->Register(pair.near.get(), Interest::kReadable, 1), Succeeds());
    Event events[4];
    const auto wait = [&](absl::Duration timeout) {
      return own->Wait(absl::MakeSpan(events), timeout).value_or(9);
    };
    EXPECT_EQ(wait(kQuiet), 0u);
    EXPECT_THAT(own->Wake(), Succeeds());
    EXPECT_EQ(wait(absl::InfiniteDuration()), 0u);
    EXPECT_EQ(own->counters().wakes, 1u);
    EXPECT_EQ(wait(kQuiet), 0u);
    WriteText(pair.far.get(), "x");
    EXPECT_EQ(wait(absl::InfiniteDuration()), 1u);
    EXPECT_EQ(events[0].data, 1u);
    EXPECT_THAT(own->Unregister(pair.near.get()), Succeeds());
    EXPECT_EQ(wait(kQuiet), 0u);
  });
}

TEST_P(NumbersTest, OwnDescriptorsMayBeHigh) {
  for (const int end : kEnds) {
    for (const int lowest : {end - 1, end, end + 1}) {
      if (RaiseDescriptorLimit(lowest + kSpare) < lowest + kSpare) return;
      SCOPED_TRACE(lowest);
      const SocketPair pair;
      std::unique_ptr<Poller> own;
      {
        const OccupiedNumbers occupied(lowest);
        auto created = backend().create({});
        if (absl::IsOutOfRange(created.status())) return;
        ASSERT_THAT(created, Succeeds());
        own = *std::move(created);
      }
      Event events[4];
      EXPECT_THAT(own->Wake(), Succeeds());
      EXPECT_EQ(own->Wait(absl::MakeSpan(events), absl::InfiniteDuration()).value_or(9), 0u);
      EXPECT_THAT(own->Register(pair.near.get(), Interest::kReadable, 1), Succeeds());
      EXPECT_EQ(own->Wait(absl::MakeSpan(events), absl::Milliseconds(1)).value_or(9), 0u);
      WriteText(pair.far.get(), "x");
      EXPECT_EQ(own->Wait(absl::MakeSpan(events), absl::InfiniteDuration()).value_or(9), 1u);
      EXPECT_EQ(events[0].data, 1u);
      EXPECT_THAT(own->Wake(), Succeeds());
      EXPECT_EQ(own->Wait(absl::MakeSpan(events), kPatience).value_or(9), 1u);
      EXPECT_EQ(own->counters().wakes, 2u);
    }
  }
}

// A poller whose highest number it is.
TEST_P(NumbersTest, AloneAtTheEndOfATable) {
  for (const int end : kEnds) {
    for (const int number : {end - 1, end, end + 1}) {
      if (RaiseDescriptorLimit(number + kSpare) < number + kSpare) return;
      SCOPED_TRACE(number);
      const SocketPair pair;
      const ScopedFd fd = DuplicateTo(number, pair.near.get());
      const ScopedFd next = DuplicateTo(number + 1, pair.near.get());
      const std::unique_ptr<Poller> own = NewPoller();
      const absl::Status status = own->Register(number, Interest::kReadable, 1);
      if (absl::IsOutOfRange(status)) return;
      ASSERT_THAT(status, Succeeds());
      Event events[4];
      const auto wait = [&](absl::Duration timeout) {
        return own->Wait(absl::MakeSpan(events), timeout).value_or(9);
      };
      EXPECT_EQ(wait(absl::Milliseconds(1)), 0u);
      WriteText(pair.far.get(), "x");
      for (const absl::Duration timeout : {absl::ZeroDuration(), absl::InfiniteDuration()}) {
        ASSERT_EQ(wait(timeout), 1u);
        EXPECT_THAT(events[0], EventOf(number, Readiness::kReadable));
      }
      // Its neighbours are not registered.
      for (const int other : {number - 1, number + 1}) {
        EXPECT_THAT(own->Modify(other, Interest::kReadable), FailsWithErrno(ENOENT, "modify fd"));
        EXPECT_THAT(own->TakeError(other), FailsWithErrno(ENOENT, "take error of fd"));
        EXPECT_THAT(own->Unregister(other), FailsWithErrno(ENOENT, "unregister fd"));
      }
      EXPECT_THAT(own->Modify(number, Interest::kNone), Succeeds());
      EXPECT_EQ(wait(absl::ZeroDuration()), 0u);
      EXPECT_THAT(own->Modify(number, kReadAndWrite, 2, Trigger::kOneShot), Succeeds());
      ASSERT_EQ(wait(absl::InfiniteDuration()), 1u);
      EXPECT_THAT(events[0], EventOf(number, Readiness::kReadable | Readiness::kWritable));
      EXPECT_EQ(wait(absl::Milliseconds(1)), 0u);
      EXPECT_THAT(own->Unregister(number), Succeeds());
      EXPECT_EQ(wait(absl::ZeroDuration()), 0u);
    }
  }
}

// Registered upwards and downwards: the second one is exactly one beyond what there was room for,
// or the last one within.
TEST_P(NumbersTest, NeighboursAtTheEndOfATable) {
  for (const int end : kEnds) {
    if (RaiseDescriptorLimit(end + kSpare) < end + kSpare) return;
    SCOPED_TRACE(end);
    const SocketPair pair;
    WriteText(pair.far.get(), "x");
    std::vector<ScopedFd> fds;
    for (int number = end - 2; number <= end + 2; ++number) {
      fds.push_back(DuplicateTo(number, pair.near.get()));
    }
    for (const bool upwards : {true, false}) {
      const std::unique_ptr<Poller> own = NewPoller();
      std::map<int, int> times;
      for (size_t i = 0; i < fds.size(); ++i) {
        const int fd = fds[upwards ? i : fds.size() - 1 - i].get();
        const absl::Status status = own->Register(fd, Interest::kReadable, fd);
        if (absl::IsOutOfRange(status)) continue;
        EXPECT_THAT(status, Succeeds());
        times[fd] = 0;
        EXPECT_EQ(own->registrations().size(), times.size());
      }
      const auto wait_often = [&](size_t room) {
        for (size_t i = 0; i < 3 * times.size(); ++i) {
          std::vector<Event> events(room);
          const auto count = own->Wait(absl::MakeSpan(events), kPatience);
          ASSERT_THAT(count, Succeeds());
          for (size_t event = 0; event < *count; ++event) {
            EXPECT_EQ(events[event].data, events[event].fd);
            ++times[events[event].fd];
          }
        }
      };
      if (times.empty()) return;  // the mechanism holds no such numbers
      // The places at which a wait that found no room goes on are these very numbers.
      for (const size_t room : {1, 2, 3, 8}) wait_often(room);
      for (const auto& [fd, count] : times) EXPECT_GT(count, 0) << fd;
      // One by one they are gone.
      while (!times.empty()) {
        const int gone = times.begin()->first;
        EXPECT_THAT(own->Unregister(gone), Succeeds());
        times.erase(gone);
        wait_often(8);
        EXPECT_EQ(times.count(gone), 0u) << gone;
      }
      Event event;
      EXPECT_EQ(own->Wait(absl::MakeSpan(&event, 1), absl::ZeroDuration()).value_or(9), 0u);
    }
  }
}

// As many as a word has bits, a call has room for, a loop takes at once; one less, and one more.
TEST_P(NumbersTest, AsManyAsFitIn) {
  const SocketPair pair;
  WriteText(pair.far.get(), "x");
  for (const size_t count : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 255, 256, 257, 512}) {
    const int wanted = static_cast<int>(count) + kSpare;
    if (RaiseDescriptorLimit(wanted) < wanted || wanted > FD_SETSIZE) break;
    std::vector<ScopedFd> fds;
    while (fds.size() < count) fds.push_back(Duplicate(pair.near.get()));
    for (const size_t room : {count - 1, count, count + 1}) {
      if (room == 0) continue;
      SCOPED_TRACE(testing::Message() << count << " ready, room for " << room);
      const std::unique_ptr<Poller> own = NewPoller();
      for (const ScopedFd& fd : fds) {
        ASSERT_THAT(own->Register(fd.get(), Interest::kReadable, fd.get()), Succeeds());
      }
      std::vector<Event> events(room);
      std::map<int, int> times;
      const auto take = [&](absl::Duration timeout) {
        const size_t taken = own->Wait(absl::MakeSpan(events), timeout).value_or(room + 1);
        ASSERT_LE(taken, room);
        for (const Event& event : absl::MakeSpan(events).first(taken)) {
          EXPECT_EQ(event.data, event.fd);
          EXPECT_EQ(event.readiness, Readiness::kReadable);
          ++times[event.fd];
        }
      };
      // A kernel need not tell all in one call.
      for (int waits = 0; waits < 8 && times.size() < count; ++waits) take(kPatience);
      EXPECT_EQ(times.size(), count);
      // As one-shots exactly once each.
      for (const ScopedFd& fd : fds) {
        ASSERT_THAT(own->Modify(fd.get(), Interest::kReadable, fd.get(), Trigger::kOneShot),
                    Succeeds());
      }
      times.clear();
      for (int waits = 0; waits < 8 && times.size() < count; ++waits) take(kPatience);
      take(absl::ZeroDuration());
      EXPECT_EQ(times.size(), count);
      for (const auto& [fd, reports] : times) EXPECT_EQ(reports, 1) << fd;
    }
  }
}

TEST_P(ErrorsTest, NumberThatWasNeverOpen) {
  const int never = RaiseDescriptorLimit(0) - 1;
  const absl::Status status = poller().Register(never, Interest::kReadable);
  // A mechanism that holds no such number may say that first.
  if (absl::IsOutOfRange(status)) {
    EXPECT_EQ(ErrnoOf(status), EINVAL);
  } else {
    EXPECT_THAT(status, FailsWithErrno(EBADF, absl::StrCat("register fd ", never, ": ")));
  }
  EXPECT_THAT(
      poller().Modify(never, Interest::kReadable),
      testing::AnyOf(FailsWithErrno(EBADF, "modify fd"), FailsWithErrno(ENOENT, "modify fd")));
  EXPECT_THAT(poller().Unregister(never), FailsWithErrno(ENOENT, "unregister fd"));
}

// A high number either works or is refused in clear words; nothing else, and no other number's bit
// is touched.
TEST_P(ErrorsTest, NumberBeyondTheMechanism) {
  if (RaiseDescriptorLimit(FD_SETSIZE + 64) < FD_SETSIZE + 64) {
    GTEST_SKIP() << "the limit of open descriptors does not reach FD_SETSIZE";
  }
  const Pipe pipe;
  const ScopedFd high(
      MustSucceed(fcntl(pipe.reader.get(), F_DUPFD_CLOEXEC, FD_SETSIZE + 8), "fcntl"));
  WriteText(pipe.writer.get(), "x");
  const absl::Status status = poller().Register(high.get(), Interest::kReadable);
  if (status.ok()) {
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(high.get(), Readiness::kReadable)));
    Unregister(high.get());
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
    EXPECT_EQ(ErrnoOf(status), EINVAL);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("register fd ", high.get(), ": ")));
    EXPECT_THAT(poller().Unregister(high.get()), FailsWithErrno(ENOENT, "unregister fd"));
  }
  EXPECT_THAT(WaitNow(), IsEmpty());
}

// Registrations of ever higher numbers, while one waits and is given events of the low ones.
TEST_P(ThreadsTest, HigherNumbersDuringWait) {
  const int limit = RaiseDescriptorLimit(16'384);
  const Pipe busy;
  WriteText(busy.writer.get(), "x");
  Register(busy.reader.get(), Interest::kReadable, 1);
  const Pipe pipe;
  std::atomic<bool> finished{false};
  std::thread climber([&] {
    for (int lowest = 64; lowest + 1 < limit; lowest += lowest / 2) {
      const ScopedFd high(MustSucceed(fcntl(pipe.reader.get(), F_DUPFD_CLOEXEC, lowest), "fcntl"));
      const absl::Status status = poller().Register(high.get(), Interest::kReadable, 2);
      if (absl::IsOutOfRange(status)) break;
      EXPECT_THAT(status, Succeeds());
      EXPECT_THAT(poller().Unregister(high.get()), Succeeds());
    }
    finished = true;
  });
  while (!finished.load()) {
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(busy.reader.get(), Readiness::kReadable)));
  }
  climber.join();
}

}  // namespace
}  // namespace someos
