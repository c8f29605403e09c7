#include "someos/testing/poller/refusals.h"

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

MATCHER(IsRefusedAfterFork, "is refused because of a fork") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return absl::IsFailedPrecondition(status) && absl::StrContains(status.message(), "fork");
}

}  // namespace

void ExpectRefusedAfterFork(Poller& poller, int fd) {
  const Change change = Change::Modify(fd, Interest::kNone);
  EXPECT_THAT(poller.Register(fd, Interest::kReadable), IsRefusedAfterFork());
  EXPECT_THAT(poller.Modify(fd, Interest::kNone), IsRefusedAfterFork());
  EXPECT_THAT(poller.Unregister(fd), IsRefusedAfterFork());
  EXPECT_THAT(poller.Apply(absl::MakeSpan(&change, 1)), IsRefusedAfterFork());
  EXPECT_THAT(poller.TakeError(fd), IsRefusedAfterFork());
  EXPECT_THAT(poller.Wake(), IsRefusedAfterFork());
  Event event;
  const absl::Span<Event> events = absl::MakeSpan(&event, 1);
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(10), absl::InfiniteDuration()}) {
    EXPECT_THAT(poller.Wait(events, timeout), IsRefusedAfterFork()) << timeout;
  }
}

}  // namespace someos
