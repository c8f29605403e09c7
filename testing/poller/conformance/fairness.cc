// Promise 7: with more descriptors ready than room for events, each is reported within a bounded
// number of waits, and one that is reported once is not lost.

#include <cstddef>
#include <map>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::IsEmpty;

constexpr size_t kPipes = 40;

// Twice the waits that a perfect rotation takes, and a few to find into it.
constexpr size_t BoundOnWaits(size_t room) { return 2 * (kPipes + room - 1) / room + 4; }

std::vector<Pipe> ReadyPipes() {
  std::vector<Pipe> pipes(kPipes);
  for (const Pipe& pipe : pipes) WriteText(pipe.writer.get(), "x");
  return pipes;
}

TEST_P(FairnessTest, LevelReportsAllInTurn) {
  const std::vector<Pipe> pipes = ReadyPipes();
  for (const Pipe& pipe : pipes) Register(pipe.reader.get(), Interest::kReadable);
  for (const size_t room : {size_t{1}, size_t{7}, kPipes}) {
    std::map<int, int> times;
    for (size_t i = 0; i < BoundOnWaits(room); ++i) {
      for (const Event& event : WaitReady(room)) ++times[event.fd];
    }
    EXPECT_EQ(times.size(), kPipes) << "with room for " << room;
  }
}

// What comes later, or has a higher number, is not behind what is always ready.
TEST_P(FairnessTest, LevelReportsWhatBecomesReadyLater) {
  const std::vector<Pipe> pipes = ReadyPipes();
  const Pipe late;
  Register(late.reader.get(), Interest::kReadable);
  for (const Pipe& pipe : pipes) Register(pipe.reader.get(), Interest::kReadable);
  for (int i = 0; i < 5; ++i) WaitReady(3);
  WriteText(late.writer.get(), "x");
  bool reported = false;
  for (size_t i = 0; i < BoundOnWaits(3) && !reported; ++i) {
    for (const Event& event : WaitReady(3)) reported = reported || event.fd == late.reader.get();
  }
  EXPECT_TRUE(reported);
}

TEST_P(FairnessTest, BothDirectionsTakeOneTurn) {
  std::vector<Pipe> pipes = ReadyPipes();
  for (const Pipe& pipe : pipes) {
    Register(pipe.reader.get(), Interest::kReadable);
    Register(pipe.writer.get(), Interest::kWritable);
  }
  std::map<int, int> times;
  for (size_t i = 0; i < 2 * BoundOnWaits(7); ++i) {
    for (const Event& event : WaitReady(7)) ++times[event.fd];
  }
  EXPECT_EQ(times.size(), 2 * kPipes);
}

TEST_P(FairnessTest, OneShotLosesNothing) {
  for (const size_t room : {size_t{1}, size_t{7}}) {
    const std::vector<Pipe> pipes = ReadyPipes();
    for (const Pipe& pipe : pipes) {
      Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
    }
    std::map<int, int> times;
    for (size_t i = 0; i < BoundOnWaits(room); ++i) {
      for (const Event& event : WaitNow(room)) ++times[event.fd];
    }
    EXPECT_EQ(times.size(), kPipes) << "with room for " << room;
    for (const auto& [fd, count] : times) EXPECT_EQ(count, 1) << "fd " << fd;
    EXPECT_THAT(WaitNow(), IsEmpty());
    for (const Pipe& pipe : pipes) Unregister(pipe.reader.get());
  }
}

TEST_P(FairnessTest, EdgeLosesNothing) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  for (const size_t room : {size_t{1}, size_t{7}}) {
    const std::vector<Pipe> pipes = ReadyPipes();
    for (const Pipe& pipe : pipes) {
      Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kEdge);
    }
    std::map<int, int> times;
    for (size_t i = 0; i < BoundOnWaits(room); ++i) {
      for (const Event& event : WaitNow(room)) ++times[event.fd];
    }
    EXPECT_EQ(times.size(), kPipes) << "with room for " << room;
    for (const auto& [fd, count] : times) EXPECT_EQ(count, 1) << "fd " << fd;
    for (const Pipe& pipe : pipes) Unregister(pipe.reader.get());
  }
}

TEST_P(FairnessTest, RegularFilesAndOthersTakeTurns) {
  const ScopedFd first_file = TemporaryFile();
  const ScopedFd second_file = TemporaryFile();
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  for (const int fd : {first_file.get(), second_file.get(), pipe.reader.get()}) {
    Register(fd, Interest::kReadable);
  }
  std::map<int, int> times;
  for (int i = 0; i < 12; ++i) {
    for (const Event& event : WaitReady(1)) ++times[event.fd];
  }
  EXPECT_EQ(times.size(), 3u);
}

// What the kernel hands out once must not be lost for want of room beside what is always ready.
TEST_P(FairnessTest, RegularFilesSpendNobodysOneShot) {
  for (const size_t room : {size_t{1}, size_t{2}}) {
    const ScopedFd file = TemporaryFile();
    Register(file.get(), Interest::kReadable);
    const std::vector<Pipe> pipes = ReadyPipes();
    for (const Pipe& pipe : pipes) {
      Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
    }
    std::map<int, int> times;
    for (size_t i = 0; i < 4 * BoundOnWaits(room); ++i) {
      for (const Event& event : WaitReady(room)) ++times[event.fd];
    }
    EXPECT_GT(times[file.get()], 1) << "with room for " << room;
    times.erase(file.get());
    EXPECT_EQ(times.size(), kPipes) << "with room for " << room;
    for (const auto& [fd, count] : times) EXPECT_EQ(count, 1) << "fd " << fd;
    for (const Pipe& pipe : pipes) Unregister(pipe.reader.get());
    Unregister(file.get());
  }
}

TEST_P(FairnessTest, RegularFilesSpendNobodysEdge) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const ScopedFd file = TemporaryFile();
  Register(file.get(), Interest::kReadable);
  const std::vector<Pipe> pipes = ReadyPipes();
  for (const Pipe& pipe : pipes) {
    Register(pipe.reader.get(), Interest::kReadable, 0, Trigger::kEdge);
  }
  std::map<int, int> times;
  for (size_t i = 0; i < 4 * BoundOnWaits(1); ++i) {
    for (const Event& event : WaitReady(1)) ++times[event.fd];
  }
  EXPECT_EQ(times.size(), kPipes + 1);
}

}  // namespace
}  // namespace someos
