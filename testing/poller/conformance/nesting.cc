// Poller::fd: another event loop waits for a poller.

#include <poll.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/child_process.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

bool IsReadable(int fd) {
  pollfd one = {fd, POLLIN, 0};
  MustSucceed(poll(&one, 1, 0), "poll");
  return one.revents == POLLIN;
}

TEST_P(NestingTest, WhatCannotBeNestedSaysSo) {
  const absl::StatusOr<int> fd = poller().fd();
  if (capabilities().nestable) {
    ASSERT_THAT(fd, Succeeds());
    EXPECT_EQ(poller().fd().value_or(-1), *fd);
    return;
  }
  EXPECT_EQ(fd.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(ErrnoOf(fd.status()), 0);
  EXPECT_THAT(std::string(fd.status().message()), HasSubstr(std::string(poller().name())));
}

TEST_P(NestingTest, IsReadableWhileThereAreEvents) {
  if (!capabilities().nestable) GTEST_SKIP() << Lacks("nestable");
  const int fd = *poller().fd();
  EXPECT_FALSE(IsReadable(fd));
  const Pipe first;
  const Pipe second;
  Register(first.reader.get(), Interest::kReadable);
  Register(second.reader.get(), Interest::kReadable);
  EXPECT_FALSE(IsReadable(fd));
  WriteText(first.writer.get(), "x");
  WriteText(second.writer.get(), "x");
  EXPECT_TRUE(IsReadable(fd));
  EXPECT_THAT(WaitNow(1), SizeIs(1));
  EXPECT_TRUE(IsReadable(fd));  // the other one, and the data is still there
  ReadAvailable(first.reader.get());
  EXPECT_TRUE(IsReadable(fd));
  EXPECT_THAT(WaitNow(), ElementsAre(EventOf(second.reader.get(), Readiness::kReadable)));
  ReadAvailable(second.reader.get());
  EXPECT_THAT(WaitNow(), IsEmpty());
  EXPECT_FALSE(IsReadable(fd));
}

TEST_P(NestingTest, IsReadableWhileAWakeIsPending) {
  if (!capabilities().nestable) GTEST_SKIP() << Lacks("nestable");
  const int fd = *poller().fd();
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_TRUE(IsReadable(fd));
    EXPECT_THAT(WaitNow(), IsEmpty());
    EXPECT_FALSE(IsReadable(fd));
  }
  EXPECT_EQ(poller().counters().wakes, 2u);
}

TEST_P(NestingTest, IsReadableWhileAFileIsAlwaysReady) {
  if (!capabilities().nestable) GTEST_SKIP() << Lacks("nestable");
  const ScopedFd file = TemporaryFile();
  const Pipe pipe;
  for (const bool registered_first : {true, false}) {
    if (registered_first) {
      Register(file.get(), Interest::kReadable);
      EXPECT_THAT(WaitNow(), SizeIs(1));  // what woke the poller for the registration is over
    }
    const int fd = *poller().fd();
    if (!registered_first) Register(file.get(), Interest::kReadable);
    Register(pipe.reader.get(), Interest::kReadable);
    for (const size_t room : {size_t{1}, size_t{4}, size_t{1}}) {
      EXPECT_TRUE(IsReadable(fd)) << "with room for " << room;
      EXPECT_THAT(WaitNow(room), ElementsAre(EventOf(file.get(), Readiness::kReadable)));
    }
    WriteText(pipe.writer.get(), "x");
    EXPECT_THAT(WaitNow(), SizeIs(2));
    ReadAvailable(pipe.reader.get());
    EXPECT_TRUE(IsReadable(fd));
    Modify(file.get(), Interest::kNone);
    EXPECT_THAT(WaitNow(), IsEmpty());
    EXPECT_FALSE(IsReadable(fd));
    Modify(file.get(), Interest::kReadable, 0, Trigger::kOneShot);
    EXPECT_TRUE(IsReadable(fd));
    EXPECT_THAT(WaitNow(), SizeIs(1));
    EXPECT_THAT(WaitNow(), IsEmpty());
    EXPECT_FALSE(IsReadable(fd));
    Unregister(file.get());
    Unregister(pipe.reader.get());
  }
}

TEST_P(NestingTest, IsNotReadableForAPausedDescriptor) {
  if (!capabilities().nestable) GTEST_SKIP() << Lacks("nestable");
  const int fd = *poller().fd();
  Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  Modify(pipe.reader.get(), Interest::kNone);
  pipe.writer.reset();
  EXPECT_THAT(WaitNow(), IsEmpty());  // it may have been readable until now
  EXPECT_FALSE(IsReadable(fd));
  Modify(pipe.reader.get(), Interest::kReadable);
  EXPECT_TRUE(IsReadable(fd));
}

TEST_P(NestingTest, AnotherPollerWaitsForIt) {
  if (!capabilities().nestable) GTEST_SKIP() << Lacks("nestable");
  const auto outer = NewPoller();
  const int fd = *poller().fd();
  ASSERT_THAT(outer->Register(fd, Interest::kReadable, 7), Succeeds());
  Event event;
  const absl::Span<Event> events = absl::MakeSpan(&event, 1);
  EXPECT_EQ(outer->Wait(events, absl::ZeroDuration()).value_or(9), 0u);
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  EXPECT_EQ(outer->Wait(events, kPatience).value_or(9), 1u);
  EXPECT_EQ(event.data, 7u);
  EXPECT_THAT(WaitNow(), SizeIs(1));
  ReadAvailable(pipe.reader.get());
  EXPECT_THAT(WaitNow(), IsEmpty());
  EXPECT_EQ(outer->Wait(events, absl::ZeroDuration()).value_or(9), 0u);
}

// On some kernels the poller has to replace its kernel object.
TEST_P(NestingTest, RemainsWhenAClosedFileIsDropped) {
  if (!capabilities().nestable) GTEST_SKIP() << Lacks("nestable");
  const int fd = *poller().fd();
  Pipe old;
  const Pipe pipe;
  const int number = old.reader.get();
  Register(number, Interest::kReadable);
  const ScopedFd duplicate = Duplicate(number);
  old.reader.reset();
  Unregister(number);
  WriteText(old.writer.get(), "x");
  EXPECT_THAT(WaitNow(), IsEmpty());
  EXPECT_THAT(WaitNow(), IsEmpty());
  EXPECT_EQ(poller().fd().value_or(-1), fd);
  EXPECT_FALSE(IsReadable(fd));
  Register(pipe.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  EXPECT_TRUE(IsReadable(fd));
  EXPECT_THAT(WaitNow(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(NestingTest, AChildHasItsOwn) {
  if (!capabilities().nestable) GTEST_SKIP() << Lacks("nestable");
  const Pipe pipe, childs;
  Register(pipe.reader.get(), Interest::kReadable);
  const int fd = *poller().fd();
  EXPECT_EQ(RunInChild([&]() -> std::string {
              if (poller().fd().status().code() != absl::StatusCode::kFailedPrecondition) {
                return "fd() is not refused";
              }
              if (const absl::Status rebuilt = poller().RebuildAfterFork(); !rebuilt.ok()) {
                return rebuilt.ToString();
              }
              const absl::StatusOr<int> own = poller().fd();
              if (!own.ok()) return own.status().ToString();
              const absl::Status registered =
                  poller().Register(childs.reader.get(), Interest::kReadable);
              if (!registered.ok()) return registered.ToString();
              if (IsReadable(*own)) return "readable too early";
              WriteText(childs.writer.get(), "x");
              if (!IsReadable(*own)) return "not readable";
              WriteText(pipe.writer.get(), "x");
              return "";
            }),
            "");
  EXPECT_TRUE(IsReadable(fd));
  EXPECT_THAT(WaitNow(), SizeIs(1));
}

}  // namespace
}  // namespace someos
