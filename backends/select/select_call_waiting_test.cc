// What the kernel says through Select, and how long it waits. What may be given to it is in
// select_call_test.cc.

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <optional>
#include <set>
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
#include "someos/api/on_signal.h"
#include "someos/backends/select/pipe_buf.h"
#include "someos/backends/select/select_call.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signals.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr SelectOptions kBeyond = {/*beyond_fd_setsize=*/true};

// A number below FD_SETSIZE that no descriptor has, nor a higher one.
int NeverOpen() {
  const std::set<int> open = OpenDescriptors();
  return *open.rbegin() < FD_SETSIZE - 1 ? FD_SETSIZE - 1 : -1;
}

// A descriptor beyond FD_SETSIZE, or none if the system allows none.
ScopedFd High(int fd) {
  if (RaiseDescriptorLimit(FD_SETSIZE + 100) <= FD_SETSIZE + 50) return ScopedFd();
  return ScopedFd(MustSucceed(fcntl(fd, F_DUPFD_CLOEXEC, FD_SETSIZE + 50), "fcntl"));
}

TEST(SelectWaiting, AnExpiredTimeoutGivesThreeEmptyLists) {
  const Pipe pipe;
  const absl::Duration start = MonotonicNow();
  const auto result = Select({pipe.reader.get()}, {}, {pipe.reader.get()}, absl::Milliseconds(30));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->readable, IsEmpty());
  EXPECT_THAT(result->writable, IsEmpty());
  EXPECT_THAT(result->exceptional, IsEmpty());
}

TEST(SelectWaiting, ThreeEmptyListsSleep) {
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Select({}, {}, {}, absl::Microseconds(1500)), Succeeds());
  EXPECT_GE(MonotonicNow() - start, absl::Microseconds(1500));
  EXPECT_THAT(Select({}, {}, {}, absl::ZeroDuration()), Succeeds());
  EXPECT_THAT(Select(std::vector<int>(), {}, {}, absl::Nanoseconds(1)), Succeeds());
}

TEST(SelectWaiting, SignalsDoNotEndIt) {
  const Pipe pipe;
  const ScopedSignalHandler handler(SIGUSR1, [](int) {});
  const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
  const absl::Duration start = MonotonicNow();
  const auto result = Select({pipe.reader.get()}, {}, {}, absl::Milliseconds(50));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(50));
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->readable, IsEmpty());
}

TEST(SelectWaiting, ASignalEndsItIfThatIsAskedFor) {
  const Pipe pipe;
  const ScopedSignalHandler handler(SIGUSR1, [](int) {});
  SelectOptions options;
  options.on_signal = OnSignal::kReturn;
  {
    const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
    EXPECT_THAT(Select({pipe.reader.get()}, {}, {}, std::nullopt, options),
                FailsWithErrno(EINTR, "select"));
    EXPECT_THAT(Select({}, {}, {}, absl::Hours(1), options), FailsWithErrno(EINTR, "select"));
  }
  WriteText(pipe.writer.get(), "x");
  EXPECT_EQ(Select({pipe.reader.get()}, {}, {}, absl::Hours(1), options)->readable.size(), 1u);
}

// If each step had a deadline of its own, the signals would keep it from ever coming.
TEST(SelectWaiting, InStepsItContinuesUntilTheSameDeadline) {
  constexpr absl::Duration kBetweenSignals = absl::Milliseconds(2);
  constexpr int kFarTooMany = 20;  // times as many signals as there can be until the deadline
  const Pipe pipe;
  const ScopedSignalHandler handler(SIGUSR1, [](int) {});
  SelectOptions options;
  options.on_signal = OnSignal::kReturn;
  int signals = 0;
  // Longer on a machine that is too busy to send signals.
  for (absl::Duration timeout = absl::Milliseconds(50); signals == 0; timeout *= 2) {
    const SignalStorm storm(pthread_self(), SIGUSR1, kBetweenSignals);
    const absl::Duration start = MonotonicNow();
    auto call = PrepareSelect({pipe.reader.get()}, {}, {}, timeout, options);
    ASSERT_THAT(call, Succeeds());
    absl::Status status = call->Wait();
    for (; !status.ok() && signals < kFarTooMany * (timeout / kBetweenSignals); ++signals) {
      ASSERT_THAT(status, FailsWithErrno(EINTR, "select"));
      status = call->Wait();
    }
    ASSERT_THAT(status, Succeeds());
    EXPECT_GE(MonotonicNow() - start, timeout);
    EXPECT_THAT(std::move(*call).Result().readable, IsEmpty());
  }
}

TEST(SelectWaiting, LinesOfAnotherComeOneByOneAndThenTheEnd) {
  Pipe pipe;
  const int reader = pipe.reader.get();
  std::thread writer([&pipe] {
    for (int i = 0; i < 10; ++i) WriteText(pipe.writer.get(), "testing...\n");
    pipe.writer.reset();
  });
  std::string text;
  for (bool ended = false; !ended;) {
    const auto result = Select({reader}, {}, {});
    ASSERT_THAT(result, Succeeds());
    ASSERT_THAT(result->readable, ElementsAre(reader));
    const std::string more = ReadAvailable(reader);
    ended = more.empty();
    text += more;
  }
  writer.join();
  EXPECT_EQ(text.size(), 10 * std::string("testing...\n").size());
}

TEST(SelectWaiting, AClosedDescriptorIsAnErrorThatNamesIt) {
  const Pipe pipe;
  ScopedFd duplicate = Duplicate(pipe.reader.get());
  const int closed = duplicate.get();
  duplicate.reset();
  const std::string operation = absl::StrCat("select fd ", closed);
  EXPECT_THAT(Select({closed}, {}, {}), FailsWithErrno(EBADF, operation));
  EXPECT_THAT(Select({pipe.reader.get()}, {closed}, {}), FailsWithErrno(EBADF, operation));
  EXPECT_THAT(Select({}, {}, {pipe.reader.get(), closed}), FailsWithErrno(EBADF, operation));
}

TEST(SelectWaiting, WhatTheKernelOverlooksIsAnErrorToo) {
  const int high = NeverOpen();
  if (high < 0) GTEST_SKIP() << "a descriptor of FD_SETSIZE - 1 or more is open";
  const std::string operation = absl::StrCat("select fd ", high);
  EXPECT_THAT(Select({high}, {}, {}, absl::ZeroDuration()), FailsWithErrno(EBADF, operation));
  EXPECT_THAT(Select({high}, {}, {}), FailsWithErrno(EBADF, operation));
  Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Select({pipe.reader.get()}, {}, {high}), FailsWithErrno(EBADF, operation));
  EXPECT_THAT(Select({high, pipe.reader.get()}, {pipe.writer.get()}, {}),
              FailsWithErrno(EBADF, operation));
}

// Linux begins with a table of as many descriptors as a word has bits. A forked child has one that
// is no larger than it needs.
TEST(SelectWaiting, TheFirstNumberThatTheKernelOverlooks) {
  constexpr int kTable = sizeof(long) * CHAR_BIT;
  const auto expect_not_open = [] {
    for (const int high : {kTable - 1, kTable, kTable + 1}) {
      const std::string operation = absl::StrCat("select fd ", high);
      EXPECT_THAT(Select({high}, {}, {}, absl::ZeroDuration()), FailsWithErrno(EBADF, operation));
      EXPECT_THAT(Select({}, {high}, {}), FailsWithErrno(EBADF, operation));
      EXPECT_THAT(Select({}, {}, {high}), FailsWithErrno(EBADF, operation));
    }
  };
  ExpectInChild([&] {
    for (const int fd : OpenDescriptors()) {
      if (fd >= kTable - 1) close(fd);  // the caller's of this program
    }
    ExpectInChild(expect_not_open);
  });
}

// The last number of a set and the first of the next one.
TEST(SelectWaiting, NumbersAtTheEndsOfSets) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  for (const int number : {31, 32, 63, 64, 65, FD_SETSIZE - 1, FD_SETSIZE, FD_SETSIZE + 1,
                           2 * FD_SETSIZE - 1, 2 * FD_SETSIZE}) {
    if (RaiseDescriptorLimit(number + 8) < number + 8) break;
    const ScopedFd reader = DuplicateTo(number, pipe.reader.get());
    const ScopedFd writer = Duplicate(pipe.writer.get());
    const auto result =
        Select({number}, {number, writer.get()}, {number}, absl::ZeroDuration(), kBeyond);
    ASSERT_THAT(result, Succeeds()) << number;
    EXPECT_THAT(result->readable, ElementsAre(number));
    EXPECT_THAT(result->writable, ElementsAre(writer.get()));
    EXPECT_THAT(result->exceptional, IsEmpty());
  }
}

TEST(SelectWaiting, StrictTakesWhatItsSetsHold) {
  Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  const int fd = pipe.reader.get();
  const std::vector<int> most(FD_SETSIZE, fd);
  const auto result = Select(most, most, most);
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->readable, SizeIs(FD_SETSIZE));
  const std::vector<int> too_many(FD_SETSIZE + 1, fd);
  const absl::Status refusal = absl::InvalidArgumentError("too many file descriptors in select()");
  EXPECT_EQ(Select(too_many, {}, {}).status(), refusal);
  EXPECT_EQ(Select({}, {}, too_many).status(), refusal);
  for (const int high : {FD_SETSIZE, FD_SETSIZE + 1, INT_MAX}) {
    EXPECT_EQ(Select({fd}, {high}, {}).status(),
              absl::InvalidArgumentError("filedescriptor out of range in select()"));
  }
}

TEST(SelectWaiting, TenThousandElements) {
  Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  const std::vector<int> many(10'000, pipe.reader.get());
  const auto result = Select(many, {}, many, std::nullopt, kBeyond);
  ASSERT_THAT(result, Succeeds());
  EXPECT_EQ(result->readable, many);
  EXPECT_THAT(result->exceptional, IsEmpty());
}

TEST(SelectWaiting, BeyondFdSetsizeIfAsked) {
  Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  const ScopedFd high = High(pipe.reader.get());
  if (high.get() < 0) GTEST_SKIP() << "RLIMIT_NOFILE allows no descriptor beyond FD_SETSIZE";
  EXPECT_EQ(Select({high.get()}, {}, {}).status(),
            absl::InvalidArgumentError("filedescriptor out of range in select()"));
  const ScopedFd high_writer = High(pipe.writer.get());
  const auto result = Select({high.get(), pipe.reader.get()}, {high_writer.get()}, {high.get()},
                             absl::ZeroDuration(), kBeyond);
  if (ErrnoOf(result.status()) == EINVAL) GTEST_SKIP() << "this kernel takes no longer sets";
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->readable, ElementsAre(high.get(), pipe.reader.get()));
  EXPECT_THAT(result->writable, ElementsAre(high_writer.get()));
  EXPECT_THAT(result->exceptional, IsEmpty());
}

TEST(SelectWaiting, BeyondFdSetsizeClosedIsClosed) {
  // No bitmap of 256 MB is made for the last one.
  for (const int closed : {FD_SETSIZE + 20'000, 1 << 24, INT_MAX}) {
    EXPECT_THAT(Select({closed}, {}, {}, absl::ZeroDuration(), kBeyond),
                FailsWithErrno(EBADF, absl::StrCat("select fd ", closed)));
    EXPECT_THAT(Select({0}, {}, {closed}, absl::ZeroDuration(), kBeyond),
                FailsWithErrno(EBADF, absl::StrCat("select fd ", closed)));
  }
}

TEST(SelectWaiting, RegularFilesAreAlwaysReady) {
  const ScopedFd file = TemporaryFile();
  const auto result = Select({file.get()}, {file.get()}, {});
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->readable, ElementsAre(file.get()));
  EXPECT_THAT(result->writable, ElementsAre(file.get()));
}

TEST(SelectWaiting, TheEndOfAPipeIsReadable) {
  Pipe pipe;
  pipe.writer.reset();
  EXPECT_THAT(Select({pipe.reader.get()}, {}, {})->readable, ElementsAre(pipe.reader.get()));
}

TEST(SelectWaiting, APipeWithoutReadersIsWritable) {
  Pipe pipe;
  Fill(pipe.writer.get());
  pipe.reader.reset();
  const int fd = pipe.writer.get();
  EXPECT_THAT(Select({}, {fd}, {})->writable, ElementsAre(fd));
}

TEST(SelectWaiting, WritableTakesPipeBufBytes) {
  Pipe pipe;
  const int fd = pipe.writer.get();
  const std::vector<char> bytes(kPipeBuf);
  ssize_t written = kPipeBuf;
  for (int i = 0; i < 10'000 && !Select({}, {fd}, {}, absl::ZeroDuration())->writable.empty();
       ++i) {
    written = write(fd, bytes.data(), bytes.size());
    ASSERT_EQ(written, kPipeBuf);
  }
}

TEST(SelectWaiting, OutOfBandDataIsExceptional) {
  const TcpPair tcp;
  MustSucceed(send(tcp.far.get(), "!", 1, MSG_OOB), "send");
  const int fd = tcp.near.get();
  const auto result = Select({}, {}, {fd});
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->exceptional, ElementsAre(fd));
  EXPECT_THAT(Select({fd}, {}, {}, absl::ZeroDuration())->readable, IsEmpty());
}

TEST(SelectWaiting, AFreshTcpSocketIsReadableAndWritable) {
#ifndef __linux__
  GTEST_SKIP() << "systems differ in what they say of a socket that was never connected";
#endif
  const ScopedFd fresh(MustSucceed(socket(AF_INET, SOCK_STREAM, 0), "socket"));
  const auto result = Select({fresh.get()}, {fresh.get()}, {});
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->readable, ElementsAre(fresh.get()));
  EXPECT_THAT(result->writable, ElementsAre(fresh.get()));
}

TEST(SelectWaiting, ThreadsMayShareADescriptor) {
  Pipe pipe;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pipe] {
      EXPECT_THAT(Select({pipe.reader.get()}, {}, {})->readable, ElementsAre(pipe.reader.get()));
    });
  }
  WriteText(pipe.writer.get(), "x");
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace someos::select
