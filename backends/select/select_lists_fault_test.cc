// Python's select() when pselect(2) fails.

#include <cerrno>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/select/select_faults.h"
#include "someos/backends/select/select_lists.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select::internal {
namespace {

const std::optional<absl::Duration> kTimeouts[] = {std::nullopt, absl::Seconds(10)};

// A call about one descriptor that is ready and one that is not.
class Call {
 public:
  Call(const Pipe& ready, const Pipe& quiet, std::optional<absl::Duration> timeout) {
    EXPECT_THAT(lists_.SetTimeout(timeout), Succeeds());
    EXPECT_THAT(lists_.Add(SelectLists::kRead, ready.reader.get()), Succeeds());
    EXPECT_THAT(lists_.Add(SelectLists::kRead, quiet.reader.get()), Succeeds());
    status_ = lists_.Run();
  }

  const absl::Status& status() const { return status_; }
  bool first_ready() const { return lists_.ready(SelectLists::kRead, 0); }
  bool second_ready() const { return lists_.ready(SelectLists::kRead, 1); }

 private:
  SelectLists lists_{SelectOptions(), FaultySelectSystem()};
  absl::Status status_;
};

TEST(SelectListsFaultTest, AnErrorIsReportedAndTheNextCallWorks) {
  FaultPlan plan;
  const Pipe ready, quiet;
  WriteText(ready.writer.get(), "x");
  for (const std::optional<absl::Duration> timeout : kTimeouts) {
    // EBADF of descriptors that are all open: another thread has opened one meanwhile.
    for (const int error : {EBADF, EINVAL, ENOMEM}) {
      plan.Fail("select", error);
      EXPECT_THAT(Call(ready, quiet, timeout).status(), FailsWithErrno(error, "select"));
      const Call next(ready, quiet, timeout);
      EXPECT_THAT(next.status(), Succeeds());
      EXPECT_TRUE(next.first_ready());
      EXPECT_FALSE(next.second_ready());
    }
  }
}

TEST(SelectListsFaultTest, SignalsAndEarlyTimeoutsDoNotEndTheWait) {
  FaultPlan plan;
  const Pipe ready, quiet;
  WriteText(ready.writer.get(), "x");
  for (const std::optional<absl::Duration> timeout : kTimeouts) {
    plan.Fail("select", EINTR, 1);
    plan.ReturnEarly("select", 2);
    plan.Fail("select", EINTR, 3);
    const Call call(ready, quiet, timeout);
    EXPECT_TRUE(plan.done());
    EXPECT_THAT(call.status(), Succeeds());
    EXPECT_TRUE(call.first_ready());
    EXPECT_FALSE(call.second_ready());
  }
}

// Some kernels leave the sets as they were then.
TEST(SelectListsFaultTest, NeverEarlyAndNothingIsReadyThatWasNotFound) {
  FaultPlan plan;
  const Pipe one, other;
  constexpr absl::Duration kTimeout = absl::Microseconds(2500);
  for (int nth = 1; nth <= 4; nth += 2) {
    plan.ReturnEarly("select", nth);
    plan.Fail("select", EINTR, nth + 1);
  }
  const absl::Duration start = MonotonicNow();
  const Call call(one, other, kTimeout);
  EXPECT_GE(MonotonicNow() - start, kTimeout);
  EXPECT_THAT(call.status(), Succeeds());
  EXPECT_FALSE(call.first_ready());
  EXPECT_FALSE(call.second_ready());
  // The last call is the one that says so.
  plan.Clear();
  plan.ReturnEarly("select");
  const Call look(one, other, absl::ZeroDuration());
  EXPECT_FALSE(look.first_ready());
  EXPECT_FALSE(look.second_ready());
}

}  // namespace
}  // namespace someos::select::internal
