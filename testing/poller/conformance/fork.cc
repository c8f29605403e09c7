// Promise 9: a poller refuses to work in a forked child, until it is rebuilt there; the parent
// never notices. Descriptors of the poller's own are close-on-exec, and end with it.

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/child_process.h"
#include "someos/testing/clocks.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Nothing if `status` is the refusal that a child is due, else what is wrong with it.
std::string ComplainUnlessRefused(absl::string_view call, const absl::Status& status) {
  if (absl::IsFailedPrecondition(status) && absl::StrContains(status.message(), "fork")) return "";
  return absl::StrCat(call, " in a forked child: ", status.ToString(), "\n");
}

// Nothing if `status` is OK, else what went wrong.
std::string ComplainUnlessOk(absl::string_view call, const absl::Status& status) {
  return status.ok() ? "" : absl::StrCat(call, ": ", status.ToString(), "\n");
}

// Nothing if a Wait reports `fd` alone, as readable and with `data`.
std::string ComplainUnlessReadable(Poller& poller, int fd, uint64_t data) {
  Event events[8];
  const absl::StatusOr<size_t> count = poller.Wait(absl::MakeSpan(events), kPatience);
  if (!count.ok()) return ComplainUnlessOk("wait", count.status());
  if (*count == 1 && events[0].fd == fd && events[0].readable() && events[0].data == data) {
    return "";
  }
  std::string complaint = absl::StrCat("instead of readable fd ", fd, " with data ", data, ":");
  for (const Event& event : absl::MakeSpan(events).first(*count)) {
    absl::StrAppend(&complaint, " ", event);
  }
  return absl::StrCat(complaint, "\n");
}

std::string ComplainUnlessQuiet(Poller& poller) {
  Event events[8];
  const absl::StatusOr<size_t> count = poller.Wait(absl::MakeSpan(events), kQuiet);
  if (!count.ok()) return ComplainUnlessOk("wait", count.status());
  return *count == 0 ? "" : absl::StrCat("instead of nothing: ", events[0], "\n");
}

TEST_P(ForkTest, EveryCallIsRefusedInTheChild) {
  const Pipe pipe;
  const Pipe unregistered;
  Register(pipe.reader.get(), Interest::kReadable);
  WriteText(pipe.writer.get(), "x");
  const std::string complaint = RunInChild([&] {
    const int fd = pipe.reader.get();
    Event event;
    const Change change = Change::Modify(fd, Interest::kNone);
    std::string problems;
    const auto expect_refused = [&](absl::string_view call, const absl::Status& status) {
      problems += ComplainUnlessRefused(call, status);
    };
    expect_refused("register", poller().Register(unregistered.reader.get(), Interest::kReadable));
    expect_refused("modify", poller().Modify(fd, Interest::kNone));
    expect_refused("unregister", poller().Unregister(fd));
    expect_refused("apply", poller().Apply(absl::MakeSpan(&change, 1)));
    expect_refused("wake", poller().Wake());
    expect_refused("wait without blocking",
                   poller().Wait(absl::MakeSpan(&event, 1), absl::ZeroDuration()).status());
    expect_refused("wait", poller().Wait(absl::MakeSpan(&event, 1), kPatience).status());
    return problems;
  });
  EXPECT_EQ(complaint, "");
}

TEST_P(ForkTest, TheParentIsUnharmed) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 7);
  const std::string complaint = RunInChild([&] {
    poller().Unregister(pipe.reader.get()).IgnoreError();
    poller().Modify(pipe.reader.get(), Interest::kNone).IgnoreError();
    poller().Wake().IgnoreError();
    DestroyPoller();
    return "";
  });
  EXPECT_EQ(complaint, "");
  // The child's Wake woke nobody here.
  ExpectQuiet();
  WriteText(pipe.writer.get(), "x");
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  EXPECT_EQ(events[0].data, 7u);
  // The parent itself is not taken for a child.
  Modify(pipe.reader.get(), Interest::kNone);
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  Unregister(pipe.reader.get());
}

// The child closes its copy of a registered descriptor, which says nothing about the parent's.
TEST_P(ForkTest, TheParentIsUnharmedByTheChildsCloses) {
  Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  const std::string complaint = RunInChild([&] {
    pipe.reader.reset();
    pipe.writer.reset();
    return "";
  });
  EXPECT_EQ(complaint, "");
  ExpectQuiet();
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(ForkTest, APollerMadeInTheChildWorksThere) {
  const std::string complaint = RunInChild([&] {
    const absl::StatusOr<std::unique_ptr<Poller>> own = backend().create({});
    if (!own.ok()) return own.status().ToString();
    const Pipe pipe;
    WriteText(pipe.writer.get(), "x");
    std::string problems =
        ComplainUnlessOk("register", (*own)->Register(pipe.reader.get(), Interest::kReadable, 3));
    problems += ComplainUnlessReadable(**own, pipe.reader.get(), 3);
    return problems;
  });
  EXPECT_EQ(complaint, "");
}

TEST_P(ForkTest, RebuildMakesItWorkInTheChild) {
  const Pipe pipe;
  const Pipe later;
  Register(pipe.reader.get(), Interest::kReadable, 7);
  const std::string complaint = RunInChild([&] {
    std::string problems = ComplainUnlessOk("rebuild", poller().RebuildAfterFork());
    problems += ComplainUnlessQuiet(poller());
    WriteText(pipe.writer.get(), "x");
    problems += ComplainUnlessReadable(poller(), pipe.reader.get(), 7);
    problems +=
        ComplainUnlessOk("modify", poller().Modify(pipe.reader.get(), Interest::kReadable, 8));
    problems += ComplainUnlessReadable(poller(), pipe.reader.get(), 8);
    problems += ComplainUnlessOk("unregister", poller().Unregister(pipe.reader.get()));
    problems += ComplainUnlessQuiet(poller());
    problems +=
        ComplainUnlessOk("register", poller().Register(later.reader.get(), Interest::kReadable, 9));
    WriteText(later.writer.get(), "x");
    problems += ComplainUnlessReadable(poller(), later.reader.get(), 9);
    problems += ComplainUnlessOk("unregister", poller().Unregister(later.reader.get()));
    problems += ComplainUnlessOk("wake", poller().Wake());
    Event event;
    const auto woken = poller().Wait(absl::MakeSpan(&event, 1), absl::InfiniteDuration());
    problems += ComplainUnlessOk("wait", woken.status());
    problems += ComplainUnlessQuiet(poller());
    DestroyPoller();
    return problems;
  });
  EXPECT_EQ(complaint, "");
  // The parent's registration outlived the child's unregister; the child's wake stayed there.
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  EXPECT_EQ(events[0].data, 7u);
  ReadAvailable(pipe.reader.get());
  ExpectQuiet();
}

TEST_P(ForkTest, RebuildKeepsInterestsAndTriggers) {
  const SocketPair writable;
  const Pipe silenced;
  const Pipe once;
  const ScopedFd file = TemporaryFile();
  WriteText(writable.far.get(), "x");
  WriteText(silenced.writer.get(), "x");
  WriteText(once.writer.get(), "x");
  Register(writable.near.get(), Interest::kWritable);
  Register(silenced.reader.get(), Interest::kNone);
  Register(once.reader.get(), Interest::kReadable, 0, Trigger::kOneShot);
  Register(file.get(), Interest::kReadable);
  const std::string complaint = RunInChild([&] {
    std::string problems = ComplainUnlessOk("rebuild", poller().RebuildAfterFork());
    const auto show = [&] {
      Event events[8];
      const auto count = poller().Wait(absl::MakeSpan(events), kPatience);
      if (!count.ok()) return count.status().ToString();
      std::sort(events, events + *count,
                [](const Event& a, const Event& b) { return a.fd < b.fd; });
      std::string text;
      for (const Event& event : absl::MakeSpan(events).first(*count)) {
        absl::StrAppend(&text, event.fd, " ", event.readiness, "\n");
      }
      return text;
    };
    const std::string level = absl::StrCat(writable.near.get(), " writable\n");
    const std::string first =
        absl::StrCat(level, once.reader.get(), " readable\n", file.get(), " readable\n");
    const std::string second = absl::StrCat(level, file.get(), " readable\n");
    if (const std::string shown = show(); shown != first) {
      absl::StrAppend(&problems, "first wait:\n", shown);
    }
    if (const std::string shown = show(); shown != second) {
      absl::StrAppend(&problems, "second wait:\n", shown);
    }
    return problems;
  });
  EXPECT_EQ(complaint, "");
}

TEST_P(ForkTest, RebuildKeepsAFiredOneShotSilent) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  const std::string complaint = RunInChild([&] {
    std::string problems = ComplainUnlessOk("rebuild", poller().RebuildAfterFork());
    problems += ComplainUnlessQuiet(poller());
    problems +=
        ComplainUnlessOk("modify", poller().Modify(fd, Interest::kReadable, 2, Trigger::kOneShot));
    problems += ComplainUnlessReadable(poller(), fd, 2);
    problems += ComplainUnlessQuiet(poller());
    return problems;
  });
  EXPECT_EQ(complaint, "");
  ExpectQuiet();
}

TEST_P(ForkTest, RebuiltPollerLeavesTheParentItsWake) {
  EXPECT_THAT(poller().Wake(), Succeeds());
  const std::string complaint = RunInChild([&] {
    std::string problems = ComplainUnlessOk("rebuild", poller().RebuildAfterFork());
    problems += ComplainUnlessQuiet(poller());
    problems += ComplainUnlessOk("wake", poller().Wake());
    Event event;
    const auto woken = poller().Wait(absl::MakeSpan(&event, 1), absl::InfiniteDuration());
    problems += ComplainUnlessOk("wait", woken.status());
    return problems;
  });
  EXPECT_EQ(complaint, "");
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(Wait(kPatience), IsEmpty());
  EXPECT_LT(MonotonicNow() - start, kPatience);
  ExpectQuiet();
}

TEST_P(ForkTest, RebuildNamesWhatItCouldNotRegister) {
  Pipe lost;
  const Pipe kept;
  Register(lost.reader.get(), Interest::kReadable, 1);
  Register(kept.reader.get(), Interest::kReadable, 2);
  const std::string complaint = RunInChild([&] {
    const int fd = lost.reader.get();
    lost.reader.reset();
    std::string problems;
    const absl::Status status = poller().RebuildAfterFork();
    if (ErrnoOf(status) != EBADF || !absl::StrContains(status.message(), absl::StrCat("fd ", fd))) {
      absl::StrAppend(&problems, "rebuild: ", status.ToString(), "\n");
    }
    // All others are there, and the lost one is forgotten.
    WriteText(kept.writer.get(), "x");
    problems += ComplainUnlessReadable(poller(), kept.reader.get(), 2);
    const absl::Status unknown = poller().Unregister(fd);
    if (ErrnoOf(unknown) != ENOENT) {
      absl::StrAppend(&problems, "unregister of the lost: ", unknown.ToString(), "\n");
    }
    return problems;
  });
  EXPECT_EQ(complaint, "");
}

TEST_P(ForkTest, RebuiltPollerIsRefusedInAGrandchild) {
  const std::string complaint = RunInChild([&] {
    std::string problems = ComplainUnlessOk("rebuild", poller().RebuildAfterFork());
    problems += RunInChild([&] { return ComplainUnlessRefused("wake", poller().Wake()); });
    problems += ComplainUnlessOk("wake", poller().Wake());
    return problems;
  });
  EXPECT_EQ(complaint, "");
}

TEST_P(ForkTest, RebuildDoesNothingInTheProcessThatMadeThePoller) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 7);
  EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
  EXPECT_THAT(poller().Register(pipe.reader.get(), Interest::kReadable),
              FailsWithErrno(EEXIST, "register fd"));
}

// A poller that has made what it makes late, too.
std::unique_ptr<Poller> UsedPoller(std::unique_ptr<Poller> fresh) {
  const Pipe pipe;
  const ScopedFd file = TemporaryFile();
  EXPECT_THAT(fresh->Register(pipe.reader.get(), Interest::kReadable), Succeeds());
  EXPECT_THAT(fresh->Register(file.get(), Interest::kReadable), Succeeds());
  EXPECT_THAT(fresh->Wake(), Succeeds());
  Event event;
  EXPECT_THAT(fresh->Wait(absl::MakeSpan(&event, 1), kPatience), Succeeds());
  EXPECT_THAT(fresh->Unregister(pipe.reader.get()), Succeeds());
  EXPECT_THAT(fresh->Unregister(file.get()), Succeeds());
  return fresh;
}

TEST_P(ForkTest, OwnDescriptorsAreCloseOnExec) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: leaves descriptors of its own open to an exec";
  const std::set<int> before = OpenDescriptors();
  const auto used = UsedPoller(NewPoller());
  for (const int fd : OpenDescriptors()) {
    EXPECT_TRUE(before.count(fd) > 0 || IsCloseOnExec(fd)) << "fd " << fd;
  }
}

TEST_P(ForkTest, OwnDescriptorsOfARebuiltPollerAreCloseOnExec) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: leaves descriptors of its own open to an exec";
  const std::string complaint = RunInChild([&] {
    const auto left_open = [] {
      std::set<int> open = OpenDescriptors();
      for (auto fd = open.begin(); fd != open.end();) {
        fd = IsCloseOnExec(*fd) ? open.erase(fd) : std::next(fd);
      }
      return open;
    };
    const std::set<int> before = left_open();
    std::string problems = ComplainUnlessOk("rebuild", poller().RebuildAfterFork());
    if (left_open() != before) problems += "open to an exec\n";
    return problems;
  });
  EXPECT_EQ(complaint, "");
}

TEST_P(ForkTest, OwnDescriptorsEndWithThePoller) {
  const std::set<int> before = OpenDescriptors();
  DestroyPoller();
  UsedPoller(NewPoller()).reset();
  // libkqueue closes its own in a thread of its own, soon after: hence the patience.
  const absl::Duration deadline = MonotonicNow() + kPatience;
  std::set<int> left;
  do {
    left.clear();
    for (const int fd : OpenDescriptors()) {
      if (before.count(fd) == 0) left.insert(fd);
    }
  } while (!left.empty() && OverLibkqueue() && MonotonicNow() < deadline);
  EXPECT_THAT(left, IsEmpty());
}

}  // namespace
}  // namespace someos
