#include "someos/api/event.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "someos/api/interest.h"

namespace someos {
namespace {

TEST(InterestTest, PrintsItsNames) {
  EXPECT_EQ(absl::StrCat(Interest::kNone), "none");
  EXPECT_EQ(absl::StrCat(Interest::kReadable | Interest::kWritable | Interest::kPriority |
                         Interest::kReadHangup | Interest::kErrors),
            "readable|writable|priority|read-hangup|errors");
}

TEST(InterestTest, ComplementStaysWithinTheNamedBits) {
  EXPECT_EQ(~Interest::kReadable,
            Interest::kWritable | Interest::kPriority | Interest::kReadHangup | Interest::kErrors);
  EXPECT_EQ(~~Interest::kPriority, Interest::kPriority);
}

TEST(InterestTest, CombinesInPlace) {
  Interest interest = Interest::kReadable;
  interest |= Interest::kWritable;
  EXPECT_EQ(interest, Interest::kReadable | Interest::kWritable);
  interest &= Interest::kWritable;
  EXPECT_EQ(interest, Interest::kWritable);
}

TEST(ReadinessTest, PrintsItsNames) {
  EXPECT_EQ(absl::StrCat(Readiness::kNone), "none");
  EXPECT_EQ(absl::StrCat(Readiness::kReadable | Readiness::kWritable | Readiness::kPriority |
                         Readiness::kReadHangup | Readiness::kHangup | Readiness::kError |
                         Readiness::kInvalid),
            "readable|writable|priority|read-hangup|hangup|error|invalid");
}

TEST(ReadinessTest, CombinesInPlace) {
  Readiness readiness = Readiness::kReadable;
  readiness |= Readiness::kWritable;
  EXPECT_EQ(readiness, Readiness::kReadable | Readiness::kWritable);
  readiness &= Readiness::kWritable;
  EXPECT_EQ(readiness, Readiness::kWritable);
}

TEST(TriggerTest, PrintsItsName) {
  EXPECT_EQ(absl::StrCat(Trigger::kLevel, " ", Trigger::kEdge, " ", Trigger::kOneShot),
            "level edge one-shot");
}

TEST(EventTest, StartsAsTheEventOfNoDescriptor) {
  EXPECT_EQ(absl::StrCat(Event()), "{fd -1: none, data 0}");
  EXPECT_EQ(Event().raw, 0);
}

TEST(EventTest, PrintsWhatItHolds) {
  Event event;
  event.fd = 7;
  event.readiness = Readiness::kReadable | Readiness::kHangup;
  event.data = 42;
  EXPECT_EQ(absl::StrCat(event), "{fd 7: readable|hangup, data 42}");
}

TEST(EventTest, AnswersForEachCondition) {
  Event event;
  event.readiness = Readiness::kWritable | Readiness::kError | Readiness::kInvalid;
  EXPECT_FALSE(event.readable());
  EXPECT_TRUE(event.writable());
  EXPECT_FALSE(event.priority());
  EXPECT_FALSE(event.read_hangup());
  EXPECT_FALSE(event.hangup());
  EXPECT_TRUE(event.error());
  EXPECT_TRUE(event.invalid());
}

TEST(EventTest, AnswersForTheOtherConditions) {
  Event event;
  event.readiness =
      Readiness::kReadable | Readiness::kPriority | Readiness::kReadHangup | Readiness::kHangup;
  EXPECT_TRUE(event.readable());
  EXPECT_FALSE(event.writable());
  EXPECT_TRUE(event.priority());
  EXPECT_TRUE(event.read_hangup());
  EXPECT_TRUE(event.hangup());
  EXPECT_FALSE(event.error());
  EXPECT_FALSE(event.invalid());
}

// Interest and readiness share their values, which backends rely on.
TEST(EventTest, ReadinessHasTheValuesOfInterest) {
  EXPECT_EQ(static_cast<int>(Readiness::kReadable), static_cast<int>(Interest::kReadable));
  EXPECT_EQ(static_cast<int>(Readiness::kWritable), static_cast<int>(Interest::kWritable));
  EXPECT_EQ(static_cast<int>(Readiness::kPriority), static_cast<int>(Interest::kPriority));
  EXPECT_EQ(static_cast<int>(Readiness::kReadHangup), static_cast<int>(Interest::kReadHangup));
}

}  // namespace
}  // namespace someos
