// What a poll object reports, and in which order.

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/poll/poll_constants.h"
#include "someos/backends/poll/poll_object.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kNow = absl::ZeroDuration();

// What the last call of a fake received.
std::vector<pollfd> received;

constexpr PollSystem kRecording = {
    [](pollfd* fds, nfds_t count, const base::Deadline& deadline) {
      received.assign(fds, fds + count);
      return RealPollSystem().poll(fds, count, deadline);
    },
    absl::Nanoseconds(1),
};

std::vector<int> Ready(const std::vector<PollEvent>& events, int mask) {
  std::vector<int> fds;
  for (const auto& [fd, found] : events) {
    if ((found & mask) != 0) fds.push_back(fd);
  }
  return fds;
}

TEST(PollEvents, ADozenPipesEmptiedOneByOne) {
  constexpr size_t kPipes = 12;
  Poll poll;
  std::vector<Pipe> pipes(kPipes);
  for (const Pipe& pipe : pipes) {
    ASSERT_THAT(poll.Register(pipe.reader.get()), Succeeds());
    ASSERT_THAT(poll.Modify(pipe.reader.get(), kPollIn), Succeeds());
    ASSERT_THAT(poll.Register(pipe.writer.get(), kPollOut), Succeeds());
  }
  while (!pipes.empty()) {
    const auto writable = poll.Wait();
    ASSERT_THAT(writable, Succeeds());
    ASSERT_EQ(Ready(*writable, kPollOut).size(), pipes.size());
    // The last, so that the order of what is left stays interesting.
    const int writer = Ready(*writable, kPollOut).back();
    WriteText(writer, "This is a test.");
    const auto readable = poll.Wait();
    ASSERT_THAT(readable, Succeeds());
    ASSERT_EQ(Ready(*readable, kPollIn).size(), 1u);
    const int reader = Ready(*readable, kPollIn).front();
    EXPECT_EQ(ReadAvailable(reader), "This is a test.");
    const auto pipe = std::find_if(pipes.begin(), pipes.end(), [&](const Pipe& candidate) {
      return candidate.writer.get() == writer;
    });
    ASSERT_EQ(pipe->reader.get(), reader);
    pipes.erase(pipe);
    // Closed first: that is no reason to refuse.
    ASSERT_THAT(poll.Unregister(reader), Succeeds());
    ASSERT_THAT(poll.Unregister(writer), Succeeds());
  }
  EXPECT_THAT(*poll.Wait(kNow), IsEmpty());
}

TEST(PollEvents, LinesOfAnotherComeOneByOneAndThenTheHangup) {
  Pipe pipe;
  Poll poll;
  const int reader = pipe.reader.get();
  ASSERT_THAT(poll.Register(reader, kPollIn), Succeeds());
  std::thread writer([&pipe] {
    for (int i = 0; i < 10; ++i) WriteText(pipe.writer.get(), "testing...\n");
    pipe.writer.reset();
  });
  size_t length = 0;
  for (bool hangup = false; !hangup;) {
    const auto events = poll.Wait();
    ASSERT_THAT(events, Succeeds());
    ASSERT_EQ(events->size(), 1u);
    ASSERT_EQ(events->front().fd, reader);
    hangup = (events->front().events & kPollHup) != 0;
    length += ReadAvailable(reader).size();
  }
  writer.join();
  EXPECT_EQ(length, 10 * std::string("testing...\n").size());
}

TEST(PollEvents, EventsComeInTheOrderOfTheFirstRegistration) {
  Pipe a, b, c;
  const int fds[] = {b.writer.get(), c.writer.get(), a.writer.get()};
  Poll poll;
  for (const int fd : fds) ASSERT_THAT(poll.Register(fd, kPollOut), Succeeds());
  ASSERT_THAT(poll.Register(fds[0], kPollOut | kPollPri), Succeeds());
  EXPECT_EQ(Ready(*poll.Wait(), kPollOut), (std::vector<int>{fds[0], fds[1], fds[2]}));
  ASSERT_THAT(poll.Unregister(fds[0]), Succeeds());
  ASSERT_THAT(poll.Register(fds[0], kPollOut), Succeeds());
  EXPECT_EQ(Ready(*poll.Wait(), kPollOut), (std::vector<int>{fds[1], fds[2], fds[0]}));
}

TEST(PollEvents, AMaskOfNothingStillReportsTheHangup) {
  Pipe pipe;
  Poll poll;
  ASSERT_THAT(poll.Register(pipe.reader.get(), 0), Succeeds());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(*poll.Wait(kNow), IsEmpty());
  pipe.writer.reset();
  EXPECT_THAT(*poll.Wait(), ElementsAre(PollEvent{pipe.reader.get(), kPollHup}));
}

TEST(PollEvents, TheClosedAreReportedEachTimeUntilTheyAreUnregistered) {
  ScopedFd file = TemporaryFile();
  const int fd = file.get();
  Poll poll;
  ASSERT_THAT(poll.Register(fd, kPollOut), Succeeds());
  EXPECT_THAT(*poll.Wait(), ElementsAre(PollEvent{fd, kPollOut}));
  file.reset();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(*poll.Wait(), ElementsAre(PollEvent{fd, kPollNval}));
  ASSERT_THAT(poll.Modify(fd, 0), Succeeds());
  EXPECT_THAT(*poll.Wait(), ElementsAre(PollEvent{fd, kPollNval}));
  ASSERT_THAT(poll.Unregister(fd), Succeeds());
  EXPECT_THAT(*poll.Wait(kNow), IsEmpty());
}

TEST(PollEvents, NumbersThatWereNeverOpenMayBeRegistered) {
  Poll poll;
  ASSERT_THAT(poll.Register(INT_MAX), Succeeds());
  ASSERT_THAT(poll.Register(INT_MAX - 1, kPollIn), Succeeds());
  EXPECT_THAT(*poll.Wait(),
              ElementsAre(PollEvent{INT_MAX, kPollNval}, PollEvent{INT_MAX - 1, kPollNval}));
}

TEST(PollEvents, PipeEndIsHangupWithoutIn) {
#ifndef __linux__
  GTEST_SKIP() << "other systems may report an end of file as POLLIN, too";
#endif
  Pipe pipe;
  pipe.writer.reset();
  Poll poll;
  ASSERT_THAT(poll.Register(pipe.reader.get(), kPollIn), Succeeds());
  EXPECT_THAT(*poll.Wait(), ElementsAre(PollEvent{pipe.reader.get(), kPollHup}));
}

TEST(PollEvents, AFreshTcpSocketIsWritableAndHungUp) {
#ifndef __linux__
  GTEST_SKIP() << "systems differ in what they say of a socket that was never connected";
#endif
  const ScopedFd fresh(MustSucceed(socket(AF_INET, SOCK_STREAM, 0), "socket"));
  Poll poll;
  ASSERT_THAT(poll.Register(fresh.get()), Succeeds());
  EXPECT_THAT(*poll.Wait(), ElementsAre(PollEvent{fresh.get(), kPollOut | kPollHup}));
}

TEST(PollEvents, TheKernelGetsTheBitsThatWereAskedForAndNoOthers) {
  const ScopedFd file = TemporaryFile();
  Poll poll(kRecording);
  for (const int mask : {0, kPollIn | kPollPri | kPollOut, 0xffff}) {
    ASSERT_THAT(poll.Register(file.get(), mask), Succeeds());
    ASSERT_THAT(poll.Wait(kNow), Succeeds());
    ASSERT_EQ(received.size(), 1u);
    EXPECT_EQ(static_cast<uint16_t>(received[0].events), mask);
  }
#ifdef __linux__
  // Bits that mean nothing for a file do no harm here.
  EXPECT_EQ(Ready(*poll.Wait(), kPollNval), std::vector<int>());
#endif
}

TEST(PollEvents, MoreThanTheProcessMayOpenIsTheKernelsError) {
  rlimit limit = {};
  MustSucceed(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  const rlimit low = {64, limit.rlim_max};
  MustSucceed(setrlimit(RLIMIT_NOFILE, &low), "setrlimit");
  Poll poll;
  for (int fd = 1000; fd < 1065; ++fd) ASSERT_THAT(poll.Register(fd), Succeeds());
  const auto too_many = poll.Wait(kNow);
  // What is not registered any more does not count.
  for (int fd = 1000; fd < 1030; ++fd) ASSERT_THAT(poll.Unregister(fd), Succeeds());
  const auto fewer = poll.Wait(kNow);
  MustSucceed(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
#ifdef __linux__
  EXPECT_THAT(too_many, FailsWithErrno(EINVAL, "poll: "));
#endif
  ASSERT_THAT(fewer, Succeeds());
  EXPECT_EQ(fewer->size(), 35u);
}

TEST(PollEvents, TenThousandRegistrations) {
  rlimit limit = {};
  MustSucceed(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  if (limit.rlim_cur < 10'000) GTEST_SKIP() << "RLIMIT_NOFILE is " << limit.rlim_cur;
  Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Poll poll;
  for (int i = 1; i < 10'000; ++i) ASSERT_THAT(poll.Register(INT_MAX - i), Succeeds());
  ASSERT_THAT(poll.Register(pipe.reader.get(), kPollIn), Succeeds());
  const auto events = poll.Wait();
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(events->size(), 10'000u);
  EXPECT_EQ(events->front(), (PollEvent{INT_MAX - 1, kPollNval}));
  EXPECT_EQ(events->back(), (PollEvent{pipe.reader.get(), kPollIn}));
}

}  // namespace
}  // namespace someos::select
