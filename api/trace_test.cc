#include "someos/api/trace.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(TraceLine, NamesWhatAChangeWas) {
  const absl::Status ok;
  TraceRecord record = {
      "epoll", TraceRecord::Call::kRegister, 5, Interest::kReadable, Trigger::kOneShot, {}, {}, 0,
      ok,      absl::Microseconds(2)};
  EXPECT_EQ(TraceLine(record), "epoll register fd 5 readable one-shot: OK, 2us");
  record.call = TraceRecord::Call::kUnregister;
  EXPECT_EQ(TraceLine(record), "epoll unregister fd 5: OK, 2us");
}

TEST(TraceLine, SaysWhyACallFailed) {
  const absl::Status error = ErrnoStatus(ENOENT, "modify fd 5");
  const TraceRecord record = {
      "poll", TraceRecord::Call::kModify, 5, Interest::kWritable, Trigger::kLevel, {}, {}, 0,
      error,  absl::Microseconds(2)};
  EXPECT_EQ(
      TraceLine(record),
      "poll modify fd 5 writable level: modify fd 5: No such file or directory (ENOENT), 2us");
}

TEST(TraceLine, ShowsTheEventsOfAWait) {
  const absl::Status ok;
  Event events[1];
  events[0].fd = 5;
  events[0].readiness = Readiness::kReadable;
  TraceRecord record = {"poll",
                        TraceRecord::Call::kWait,
                        -1,
                        Interest::kNone,
                        Trigger::kLevel,
                        absl::Seconds(1),
                        events,
                        2,
                        ok,
                        absl::Milliseconds(3)};
  EXPECT_EQ(TraceLine(record), "poll wait 1s: 1 event [{fd 5: readable, data 0}], 2 wakes, 3ms");
  record.events = {};
  record.wakes = 0;
  EXPECT_EQ(TraceLine(record), "poll wait 1s: 0 events, 3ms");
}

class TracedTest : public testing::Test {
 protected:
  TracedTest() {
    absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller();
    EXPECT_THAT(poller, Succeeds());
    name_ = std::string((*poller)->name());
    poller_ = Traced(*std::move(poller), [this](const TraceRecord& record) {
      lines_.push_back(TraceLine(record));
      duration_ = record.duration;
    });
  }

  // The next call's line without the poller's name.
  std::string NextLine() {
    if (next_ == lines_.size()) return "no call was traced";
    return std::string(absl::StripPrefix(lines_[next_++], absl::StrCat(name_, " ")));
  }

  std::string name_;
  std::unique_ptr<Poller> poller_;
  std::vector<std::string> lines_;
  absl::Duration duration_;  // of the last call
  size_t next_ = 0;
};

TEST_F(TracedTest, TellsEachCallAndDoesIt) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_THAT(poller_->Register(fd, Interest::kReadable, 7, Trigger::kOneShot), Succeeds());
  EXPECT_THAT(NextLine(),
              MatchesRegex(absl::StrCat("register fd ", fd, " readable one-shot: OK, .*")));
  EXPECT_THAT(poller_->Modify(fd, Interest::kReadable, 7), Succeeds());
  EXPECT_THAT(NextLine(), MatchesRegex(absl::StrCat("modify fd ", fd, " readable level: OK, .*")));
  WriteText(pipe.writer.get(), "x");
  Event events[2];
  EXPECT_EQ(poller_->Wait(events, absl::InfiniteDuration()).value_or(0), 1u);
  EXPECT_EQ(events[0].data, 7u);
  EXPECT_THAT(NextLine(),
              HasSubstr(absl::StrCat("wait inf: 1 event [{fd ", fd, ": readable, data 7}]")));
  EXPECT_THAT(poller_->Unregister(fd), Succeeds());
  EXPECT_THAT(NextLine(), HasSubstr(absl::StrCat("unregister fd ", fd, ": OK")));
}

TEST_F(TracedTest, CountsWakesIntoTheWaitThatTheyEnd) {
  EXPECT_THAT(poller_->Wake(), Succeeds());
  EXPECT_THAT(poller_->Wake(), Succeeds());
  Event event;
  EXPECT_EQ(poller_->Wait({&event, 1}, absl::InfiniteDuration()).value_or(1), 0u);
  EXPECT_THAT(NextLine(), HasSubstr("wait inf: 0 events, 2 wakes"));
  EXPECT_EQ(poller_->Wait({&event, 1}, absl::ZeroDuration()).value_or(1), 0u);
  EXPECT_THAT(NextLine(), MatchesRegex("wait 0: 0 events, [^,]*"));
}

TEST_F(TracedTest, TellsHowLongAWaitTook) {
  constexpr absl::Duration kTimeout = absl::Milliseconds(3);
  Event event;
  EXPECT_THAT(poller_->Wait({&event, 1}, kTimeout), Succeeds());
  EXPECT_GE(duration_, kTimeout);
}

TEST_F(TracedTest, TellsOfARebuildAndShowsWhatIsRegistered) {
  const Pipe pipe;
  EXPECT_THAT(poller_->Register(pipe.reader.get(), Interest::kReadable, 7), Succeeds());
  NextLine();
  EXPECT_THAT(poller_->RebuildAfterFork(), Succeeds());
  EXPECT_THAT(NextLine(), MatchesRegex("rebuild-after-fork: OK, .*"));
  ASSERT_EQ(poller_->registrations().size(), 1u);
  EXPECT_EQ(poller_->registrations()[0].data, 7u);
  EXPECT_EQ(poller_->counters().wakes, 0u);
  EXPECT_EQ(poller_->TakeError(pipe.reader.get()).value_or(1), 0);
}

TEST_F(TracedTest, TellsEachChangeOfABatch) {
  const Pipe pipe;
  const Change changes[] = {Change::Register(pipe.reader.get(), Interest::kReadable),
                            Change::Modify(pipe.writer.get(), Interest::kWritable)};
  EXPECT_FALSE(poller_->Apply(changes).ok());
  EXPECT_THAT(NextLine(), HasSubstr("register fd "));
  EXPECT_THAT(NextLine(), HasSubstr("(ENOENT)"));
}

// What a new poller prints to standard error of a look.
std::string TraceOfALook() {
  testing::internal::CaptureStderr();
  {
    const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller();
    EXPECT_THAT(poller, Succeeds());
    Event event;
    EXPECT_THAT((*poller)->Wait({&event, 1}, absl::ZeroDuration()), Succeeds());
  }
  return testing::internal::GetCapturedStderr();
}

TEST(TraceVariable, HasEveryNewPollerTraced) {
  setenv(kTraceVariable, "1", 1);
  EXPECT_THAT(TraceOfALook(), MatchesRegex("someos: .* wait 0: 0 events, .*\n"));
  unsetenv(kTraceVariable);
  EXPECT_EQ(TraceOfALook(), "");
}

TEST(TraceVariable, IsOnWithAOneOnly) {
  for (const char* const value : {"", "0", "yes"}) {
    setenv(kTraceVariable, value, 1);
    EXPECT_EQ(TraceOfALook(), "") << value;
  }
  unsetenv(kTraceVariable);
}

TEST(TraceVariable, LeavesAFailureToMakeAPollerAlone) {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {0, limit.rlim_max};
  setenv(kTraceVariable, "1", 1);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status status = NewPoller().status();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  unsetenv(kTraceVariable);
  EXPECT_THAT(status, FailsWithErrno(EMFILE, ""));
}

}  // namespace
}  // namespace someos
