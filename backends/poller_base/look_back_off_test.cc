#include "someos/backends/poller_base/look_back_off.h"

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/base/deadline.h"

namespace someos::poller_base {
namespace {

// What `count` waits do whose looks are all in vain: "L" looks, "-" does not.
std::string InVain(LookBackOff& looks, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) {
    const bool due = looks.Due();
    if (due) looks.InVain();
    result += due ? "L" : "-";
  }
  return result;
}

TEST(LookBackOff, LooksBecomeRareWhileTheyAreInVain) {
  LookBackOff looks;
  EXPECT_EQ(InVain(looks, 14), "L-L---L-------");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(InVain(looks, 16), "L---------------");
}

TEST(LookBackOff, ALookThatFindsSomethingMakesTheNextOnesFrequent) {
  LookBackOff looks;
  InVain(looks, 14);
  ASSERT_TRUE(looks.Due());
  looks.Found();
  ASSERT_TRUE(looks.Due());
  looks.Found();
  EXPECT_EQ(InVain(looks, 6), "L-L---");
}

// The calls that a wait makes whose looks find `found`: "L" does not block, "B" does.
std::string Calls(LookBackOff& looks, absl::Duration timeout, int found) {
  std::string calls;
  base::Deadline deadline = base::Deadline::NotStarted(timeout);
  looks.LookThenBlock(deadline, [&](const base::Deadline& until) {
    calls += until.immediate() ? "L" : "B";
    return until.immediate() ? found : 1;
  });
  return calls;
}

TEST(LookBackOff, BlocksAfterALookInVain) {
  for (const absl::Duration timeout : {absl::InfiniteDuration(), absl::Hours(1)}) {
    LookBackOff looks;
    EXPECT_EQ(Calls(looks, timeout, 1), "L");
    EXPECT_EQ(Calls(looks, timeout, -1), "L") << "an error is a result";
    EXPECT_EQ(Calls(looks, timeout, 0), "LB");
    EXPECT_EQ(Calls(looks, timeout, 0), "B");
    EXPECT_EQ(Calls(looks, timeout, 0), "LB");
  }
}

TEST(LookBackOff, AWaitThatDoesNotBlockIsOneCall) {
  LookBackOff looks;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Calls(looks, absl::ZeroDuration(), 0), "L");
  EXPECT_TRUE(looks.Due());
}

}  // namespace
}  // namespace someos::poller_base
