// Promise 7, continued: what the kernel tells only once is not lost for want of room, and what was
// read in the meantime is not reported.

#include <cerrno>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/host_name.h"
#include "someos/testing/perf_event.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signal_source.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::IsEmpty;

// Why a HostName's changes cannot be watched here; empty if they can.
std::string WhyNoHostName(const Capabilities& capabilities) {
  if (!capabilities.priority) return "Capabilities::priority is false";
  return HostName::Changeable() ? "" : HostName::kMissing;
}

// How often `fd` is among the events of many looks, each with room for one.
int TimesReported(Poller& poller, int fd) {
  int times = 0;
  Event event;
  for (int i = 0; i < 40; ++i) {
    if (poller.Wait(absl::MakeSpan(&event, 1), absl::ZeroDuration()).value_or(0) == 0) continue;
    times += event.fd == fd ? 1 : 0;
  }
  return times;
}

std::vector<Pipe> ReadyPipes(Poller& poller) {
  std::vector<Pipe> pipes(3);
  for (const Pipe& pipe : pipes) {
    WriteText(pipe.writer.get(), "x");
    EXPECT_THAT(poller.Register(pipe.reader.get(), Interest::kReadable), Succeeds());
  }
  return pipes;
}

TEST_P(FairnessTest, AChangeThatIsToldOnceIsReportedOnce) {
  if (const std::string why = WhyNoHostName(capabilities()); !why.empty()) GTEST_SKIP() << why;
  ExpectInChild([this] {
    const HostName host;
    const auto poller = NewPoller();
    const std::vector<Pipe> pipes = ReadyPipes(*poller);
    for (const Trigger trigger : {Trigger::kLevel, Trigger::kOneShot}) {
      ASSERT_THAT(poller->Register(host.fd(), Interest::kPriority, 0, trigger), Succeeds());
      EXPECT_EQ(TimesReported(*poller, host.fd()), 0);
      host.Change();
      EXPECT_EQ(TimesReported(*poller, host.fd()), 1);
      host.Change();
      EXPECT_EQ(TimesReported(*poller, host.fd()), trigger == Trigger::kLevel ? 1 : 0);
      ASSERT_THAT(poller->Unregister(host.fd()), Succeeds());
    }
  });
}

// Nothing else is ready then: the kernel would have nothing to report.
TEST_P(FairnessTest, AChangeThatIsToldOnceIsReportedByAWaitThatMayBlock) {
  if (const std::string why = WhyNoHostName(capabilities()); !why.empty()) GTEST_SKIP() << why;
  ExpectInChild([this] {
    const HostName host;
    const auto poller = NewPoller();
    ASSERT_THAT(poller->Register(host.fd(), Interest::kPriority), Succeeds());
    const std::vector<Pipe> pipes = ReadyPipes(*poller);
    // Which one a Wait reports is not known: one of these finds the change and has no room for it.
    for (int i = 0; i < 8; ++i) {
      for (const Pipe& pipe : pipes) WriteText(pipe.writer.get(), "x");
      host.Change();
      Event event;
      ASSERT_EQ(poller->Wait(absl::MakeSpan(&event, 1), absl::ZeroDuration()).value_or(0), 1u);
      if (event.fd == host.fd()) continue;
      for (const Pipe& pipe : pipes) ReadAvailable(pipe.reader.get());
      ASSERT_EQ(poller->Wait(absl::MakeSpan(&event, 1), absl::InfiniteDuration()).value_or(0), 1u);
      EXPECT_EQ(event.fd, host.fd());
    }
  });
}

TEST_P(FairnessTest, AChangeThatIsToldOnceEndsWithItsRegistration) {
  if (const std::string why = WhyNoHostName(capabilities()); !why.empty()) GTEST_SKIP() << why;
  ExpectInChild([this] {
    const HostName host;
    const auto poller = NewPoller();
    const std::vector<Pipe> pipes = ReadyPipes(*poller);
    ASSERT_THAT(poller->Register(host.fd(), Interest::kPriority), Succeeds());
    host.Change();
    Event event;
    // Which one it reports is not known.
    ASSERT_EQ(poller->Wait(absl::MakeSpan(&event, 1), absl::ZeroDuration()).value_or(0), 1u);
    if (event.fd == host.fd()) return;
    ASSERT_THAT(poller->Unregister(host.fd()), Succeeds());
    EXPECT_EQ(TimesReported(*poller, host.fd()), 0);
  });
}

TEST_P(FairnessTest, AChangeThatIsToldOnceOutlivesAPause) {
  if (const std::string why = WhyNoHostName(capabilities()); !why.empty()) GTEST_SKIP() << why;
  if (backend().name == "epoll") GTEST_SKIP() << "a deviation, see epoll_poller_test";
  ExpectInChild([this] {
    const HostName host;
    const auto poller = NewPoller();
    ASSERT_THAT(poller->Register(host.fd(), Interest::kPriority), Succeeds());
    ASSERT_THAT(poller->Modify(host.fd(), Interest::kNone), Succeeds());
    host.Change();
    Event events[2];
    EXPECT_EQ(poller->Wait(events, absl::ZeroDuration()).value_or(9), 0u);
    ASSERT_THAT(poller->Modify(host.fd(), Interest::kPriority), Succeeds());
    ASSERT_EQ(poller->Wait(events, kPatience).value_or(0), 1u);
    EXPECT_THAT(events[0], EventOf(host.fd(), Readiness::kPriority, Readiness::kError));
  });
}

TEST_P(FairnessTest, AChangeThatIsToldOnceIsNotTakenByARegistration) {
  if (const std::string why = WhyNoHostName(capabilities()); !why.empty()) GTEST_SKIP() << why;
  if (backend().name == "epoll") GTEST_SKIP() << "a deviation, see epoll_poller_test";
  ExpectInChild([this] {
    const HostName host;
    const auto poller = NewPoller();
    for (const Interest interest :
         {Interest::kPriority, Interest::kPriority | Interest::kReadable}) {
      host.Change();
      ASSERT_THAT(poller->Register(host.fd(), interest), Succeeds());
      EXPECT_THAT(poller->Register(host.fd(), interest), FailsWithErrno(EEXIST, "register fd"));
      Event event;
      ASSERT_EQ(poller->Wait(absl::MakeSpan(&event, 1), kPatience).value_or(0), 1u);
      EXPECT_TRUE(HasAny(event.readiness, Readiness::kPriority)) << absl::StrCat(event);
      ASSERT_THAT(poller->Unregister(host.fd()), Succeeds());
    }
  });
}

TEST_P(FairnessTest, APerfEventIsReportedOnce) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes no perf events";
  const PerfEvent perf;
  if (!perf.valid()) GTEST_SKIP() << "this machine gives out no perf events";
  const std::vector<Pipe> pipes = ReadyPipes(poller());
  Register(perf.fd(), Interest::kReadable);
  EXPECT_EQ(TimesReported(poller(), perf.fd()), 0);
  if (!perf.Raise()) GTEST_SKIP() << "this machine's perf events take no samples";
  EXPECT_EQ(TimesReported(poller(), perf.fd()), 1);
}

// A read would block.
TEST_P(FairnessTest, WhatWasReadSinceAWaitWithoutRoomIsNotReported) {
  const std::vector<Pipe> pipes = ReadyPipes(poller());
  EXPECT_EQ(WaitReady(1).size(), 1u);
  for (const Pipe& pipe : pipes) ReadAvailable(pipe.reader.get());
  EXPECT_THAT(WaitNow(1), IsEmpty());
  ExpectQuiet();
}

TEST_P(FairnessTest, ACounterThatWasReadSinceAWaitWithoutRoomIsNotReported) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes no eventfds";
  SignalSource sources[2];
  for (SignalSource& source : sources) {
    Register(source.fd(), Interest::kReadable);
    source.Raise();
  }
  EXPECT_EQ(WaitReady(1).size(), 1u);
  for (SignalSource& source : sources) source.Clear();
  EXPECT_THAT(WaitNow(1), IsEmpty());
  ExpectQuiet();
}

// Such a wait may keep what it has found of regular files: of those that it did not report.
TEST_P(FairnessTest, WhatWasUnregisteredSinceAWaitWithoutRoomIsNotReported) {
  for (const bool unregisters : {true, false}) {
    SCOPED_TRACE(unregisters);
    const Pipe quiet;
    std::vector<ScopedFd> files;
    for (int i = 0; i < 4; ++i) {
      files.push_back(TemporaryFile());
      Register(files.back().get(), Interest::kReadable);
    }
    const std::vector<Event> first = WaitReady(1);
    ASSERT_EQ(first.size(), 1u);
    for (const ScopedFd& file : files) {
      if (file.get() == first[0].fd) continue;
      if (unregisters) Unregister(file.get());
      GiveNumber(file, quiet.reader);
      Register(file.get(), Interest::kReadable);
    }
    for (const Event& event : WaitNow()) EXPECT_EQ(event.fd, first[0].fd);
    for (const ScopedFd& file : files) Unregister(file.get());
  }
}

TEST_P(FairnessTest, WhatWasClosedSinceAWaitWithoutRoomIsNotReportedAsReady) {
  std::vector<Pipe> pipes = ReadyPipes(poller());
  const Pipe late;
  WriteText(late.writer.get(), "x");
  Register(late.reader.get(), Interest::kReadable);
  EXPECT_EQ(WaitReady(1).size(), 1u);
  for (Pipe& pipe : pipes) pipe.reader.reset();
  for (int i = 0; i < 8; ++i) {
    for (const Event& event : WaitReady(1)) {
      EXPECT_TRUE(event.fd == late.reader.get() || event.readiness == Readiness::kInvalid);
    }
  }
}

// What was kept of it is of no use any more.
TEST_P(FairnessTest, AFileThatWasClosedSinceAWaitWithoutRoomIsNotReportedAsReady) {
  std::vector<ScopedFd> files;
  for (int i = 0; i < 4; ++i) {
    files.push_back(TemporaryFile());
    Register(files.back().get(), Interest::kReadable);
  }
  EXPECT_EQ(WaitReady(1).size(), 1u);
  std::vector<int> numbers;
  for (ScopedFd& file : files) {
    numbers.push_back(file.get());
    file.reset();
  }
  for (const size_t room : {size_t{1}, numbers.size(), numbers.size()}) {
    for (const Event& event : WaitNow(room)) EXPECT_EQ(event.readiness, Readiness::kInvalid);
  }
  for (const int number : numbers) Unregister(number);
}

}  // namespace
}  // namespace someos
