// Compares all backends with the model of their contract, and proves that a difference would be
// found and made short.

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/differential/operation.h"
#include "someos/testing/poller/differential/planted_bugs.h"
#include "someos/testing/poller/differential/run.h"
#include "someos/testing/status_matchers.h"

namespace someos::differential {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr uint64_t kFirstSeed = 1;
constexpr int kLength = 40;

// For events that must come; and for those that a planted bug has lost.
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kShortPatience = absl::Milliseconds(200);

// The first finding in so many random sequences.
std::optional<Finding> FindIn(const Backend& backend, int sequences, absl::Duration patience,
                              int* done = nullptr) {
  // An emulator may take minutes for what takes seconds elsewhere.
  constexpr absl::Duration kLongest = absl::Seconds(60);
  const absl::Duration end = MonotonicNow() + kLongest;
  for (int i = 0; i < sequences && MonotonicNow() < end; ++i) {
    if (done != nullptr) *done = i + 1;
    std::optional<Finding> finding = FindDifference(
        backend, RandomSequence(kFirstSeed + static_cast<uint64_t>(i), kLength), patience);
    if (finding.has_value()) return finding;
  }
  return std::nullopt;
}

class BackendTest : public testing::TestWithParam<const Backend*> {};

TEST_P(BackendTest, DoesWhatTheModelSays) {
  constexpr int kSequences = 8000;
  const Backend& backend = *GetParam();
  if (absl::IsUnimplemented(backend.create(PollerOptions{}).status())) {
    GTEST_SKIP() << backend.implementation << ": not on this kernel";
  }
  int done = 0;
  const std::optional<Finding> finding = FindIn(backend, kSequences, kPatience, &done);
  if (finding.has_value()) FAIL() << Describe(backend, *finding);
  std::cout << backend.implementation << ": " << done << " sequences of " << kLength
            << " operations\n";
}

INSTANTIATE_TEST_SUITE_P(All, BackendTest,
                         testing::ValuesIn(AllBackends().begin(), AllBackends().end()),
                         [](const testing::TestParamInfo<const Backend*>& info) {
                           return std::string(info.param->name);
                         });

// Expects a bug to be found, in a sequence of so few operations at most.
void ExpectFound(const Backend& backend, size_t length, const std::string& sentence) {
  const std::optional<Finding> finding = FindIn(backend, 1000, kShortPatience);
  ASSERT_TRUE(finding.has_value());
  EXPECT_LE(finding->sequence.size(), length) << ToText(finding->sequence);
  EXPECT_THAT(finding->difference.sentence, HasSubstr(sentence));
  EXPECT_EQ(finding->difference.index, finding->sequence.size() - 1);
  const std::string description = Describe(backend, *finding);
  EXPECT_THAT(description, HasSubstr("--run=\"" + ToText(finding->sequence) + "\""));
}

TEST(PlantedBugTest, DroppedHangup) {
  // Open two, close one, register, wait.
  ExpectFound(DropsHangups(), 4, "hangup is missing");
}

TEST(PlantedBugTest, OneShotThatIsReportedAgain) {
  // Open two, register, modify, wait, wait.
  ExpectFound(ForgetsOneShots(), 5, "is not to be reported");
}

TEST(PlantedBugTest, EventOfAnUnregisteredDescriptor) {
  // Open two, register, wait, unregister, wait.
  ExpectFound(ReportsStaleEvents(), 5, "which is not registered");
}

TEST(PlantedBugTest, LostWake) {
  // Wake, wake, wait.
  ExpectFound(LosesWakes(), 3, "was not woken");
}

TEST(PlantedBugTest, WrongErrno) {
  // Open two, register, close, modify.
  ExpectFound(AnswersEnoent(), 4, "returned ENOENT instead of EBADF");
}

TEST(MinimiseTest, LeavesWhatIsNeeded) {
  const Sequence sequence = RandomSequence(7, 200);
  const auto needed = [](const Sequence& candidate) {
    int wakes = 0;
    bool pipe_before = false;
    for (const Operation& operation : candidate) {
      pipe_before |= operation.kind == Operation::Kind::kPipe;
      wakes += pipe_before && operation.kind == Operation::Kind::kWake ? 1 : 0;
    }
    return wakes >= 2;
  };
  ASSERT_TRUE(needed(sequence));
  const Sequence shortest = Minimise(sequence, needed);
  ASSERT_THAT(shortest, SizeIs(3));
  EXPECT_EQ(shortest[0].kind, Operation::Kind::kPipe);
  EXPECT_EQ(shortest[1].kind, Operation::Kind::kWake);
  EXPECT_EQ(shortest[2].kind, Operation::Kind::kWake);
}

TEST(MinimiseTest, WhatAlwaysFailsNeedsNothing) {
  EXPECT_THAT(Minimise(RandomSequence(1, 20), [](const Sequence&) { return true; }), SizeIs(0));
}

TEST(OperationTest, TextComesBack) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const std::string text = ToText(RandomSequence(seed, kLength));
    const absl::StatusOr<Sequence> parsed = ParseSequence(text);
    ASSERT_THAT(parsed, Succeeds());
    EXPECT_THAT(*parsed, SizeIs(kLength));
    EXPECT_EQ(ToText(*parsed), text);
  }
}

TEST(OperationTest, LinesAndComments) {
  const absl::StatusOr<Sequence> parsed = ParseSequence(
      "# a broken pipe\n"
      "pipe 0 1;close 0\n"
      "\n"
      "  register 1 writable|read-hangup one-shot  # of the writer\n"
      "wait 16;");
  ASSERT_THAT(parsed, Succeeds());
  EXPECT_EQ(ToText(*parsed),
            "pipe 0 1; close 0; register 1 writable|read-hangup one-shot; wait 16");
}

TEST(OperationTest, WhatIsNoOperation) {
  for (const char* text :
       {"open 1", "close", "close 6", "close -1", "close 1 2", "close x", "pipe 1",
        "shutdown 1 all", "register 1 readable", "register 1 reading level",
        "register 1 readable sometimes", "wait 2", "wake 1"}) {
    const absl::Status status = ParseSequence(text).status();
    EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kInvalidArgument, "not an operation: \""));
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
  }
}

TEST(OperationTest, FourBytesAreAnOperation) {
  EXPECT_THAT(FromBytes({}), SizeIs(0));
  EXPECT_THAT(FromBytes({1, 2, 3}), SizeIs(0));
  EXPECT_THAT(FromBytes({1, 2, 3, 4, 5}), SizeIs(1));
  for (int byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<uint8_t>(byte);
    for (const Operation& operation :
         FromBytes({value, value, value, value, value, 255, 0, 255, 0, value, 255, 0})) {
      EXPECT_LT(operation.slot, kSlots);
      EXPECT_LT(operation.other, kSlots);
      EXPECT_NE(operation.slot, operation.other);
    }
  }
}

TEST(RunTest, OutcomesOfEachOperation) {
  const absl::StatusOr<Sequence> sequence = ParseSequence(
      "register 0 readable level; pipe 0 1; register 0 readable level; register 0 readable level; "
      "look 16; write 1; wait 16; close 2; wake; wait 1; unregister 1");
  ASSERT_THAT(sequence, Succeeds());
  for (const Backend* backend : AllBackends()) {
    std::vector<std::string> outcomes;
    const std::optional<Difference> difference =
        RunSequence(*backend, *sequence, {kPatience, &outcomes});
    EXPECT_FALSE(difference.has_value()) << difference->sentence;
    ASSERT_THAT(outcomes, SizeIs(sequence->size()));
    outcomes.erase(outcomes.begin() + 9);  // the wake, or what is ready
    EXPECT_THAT(outcomes, testing::ElementsAre("EBADF", "done", "OK", "EEXIST", "nothing", "done",
                                               "0: readable", "-", "OK", "ENOENT"));
  }
}

}  // namespace
}  // namespace someos::differential
