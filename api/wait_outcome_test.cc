#include "someos/api/wait_outcome.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "gtest/gtest.h"

namespace someos {
namespace {

static_assert(std::is_trivially_copyable_v<WaitOutcome>, "or it is not returned in a register");
static_assert(sizeof(WaitOutcome) == sizeof(void*));

TEST(WaitOutcomeTest, IsACount) {
  for (const size_t count : {size_t{0}, size_t{1}, size_t{2}, SIZE_MAX / sizeof(void*)}) {
    const absl::StatusOr<size_t> taken = WaitOutcome(count).Take();
    ASSERT_TRUE(taken.ok()) << count;
    EXPECT_EQ(*taken, count);
    EXPECT_EQ(WaitOutcome(absl::StatusOr<size_t>(taken)).Take(), taken);
  }
}

TEST(WaitOutcomeTest, IsAFailureWithAllItSays) {
  absl::Status failure = absl::InternalError("wait: out of order");
  failure.SetPayload("errno", absl::Cord("5"));
  EXPECT_EQ(WaitOutcome(failure).Take().status(), failure);
  EXPECT_EQ(WaitOutcome(absl::StatusOr<size_t>(failure)).Take().status(), failure);
}

// A failure without a message is a number in a Status, not an object.
TEST(WaitOutcomeTest, IsAFailureThatSaysNothing) {
  const absl::Status failure(absl::StatusCode::kCancelled, "");
  EXPECT_EQ(WaitOutcome(failure).Take().status(), failure);
}

}  // namespace
}  // namespace someos
