#include "someos/backends/thread_stepped/token.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace someos::thread_stepped {
namespace {

void ExpectComesBack(const Token& token, const std::string& text) {
  EXPECT_EQ(FormatToken(token), text);
  const absl::StatusOr<Token> parsed = ParseToken(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(FormatToken(*parsed), text);
  EXPECT_EQ(parsed->after_operations, token.after_operations);
  EXPECT_EQ(parsed->longest_pause, token.longest_pause);
  EXPECT_EQ(parsed->max_steps, token.max_steps);
}

TEST(TokenTest, ChoicesComeBack) {
  Token token;
  ExpectComesBack(token, "a1:");
  token.choices = {0, 0, 1, 3, 0, 2};
  ExpectComesBack(token, "a1:2a0c1b");
  EXPECT_EQ(ParseToken("a1:2a0c1b")->choices, token.choices);
}

TEST(TokenTest, ChoicesBeyondTheLettersComeBack) {
  Token token;
  for (uint32_t choice = 1; choice < 200; ++choice) token.choices.push_back(choice);
  EXPECT_EQ(ParseToken(FormatToken(token))->choices, token.choices);
}

TEST(TokenTest, FirstCandidatesAtTheEndAreNotWritten) {
  Token token;
  token.choices = {1, 0, 0, 0};
  EXPECT_EQ(FormatToken(token), "a1:0a");
}

TEST(TokenTest, OptionsComeBack) {
  Token token;
  token.after_operations = false;
  token.longest_pause = absl::ZeroDuration();
  token.max_steps = 500;
  token.choices = {1};
  ExpectComesBack(token, "b1p0s500:0a");
}

TEST(TokenTest, WhatIsNoTokenIsRefused) {
  for (const char* const text :
       {"", "a", "a1", "c1:", "a2:", "a1:a", "a1:1", "a1:1A", "a1:1a2", "a1:1z", "a1:-1a", "a1p:",
        "a1s0:", "a1s:", "a1:99999999999999999999a", "a1:4000000000a", "b1p0s5", "a1: 1a"}) {
    const absl::StatusOr<Token> parsed = ParseToken(text);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace someos::thread_stepped
