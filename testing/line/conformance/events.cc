// The editor in an event loop.

#include <poll.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

using Result = absl::StatusOr<std::optional<std::string>>;

bool IsReadable(int fd) {
  pollfd one = {fd, POLLIN, 0};
  return poll(&one, 1, 20000) == 1;
}

TEST_P(LineEventsTest, ALineComesPieceByPiece) {
  ASSERT_THAT(editor().Begin({"> "}), Succeeds());
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("ab");
  ASSERT_TRUE(IsReadable(editor().fileno()));
  Result line = editor().OnReadable();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, std::nullopt);
  EXPECT_EQ(typist_.See("> ab"), "> ab");
  // Nothing has come: nothing happens.
  line = editor().OnReadable();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, std::nullopt);
  typist_.Type("\r");
  ASSERT_TRUE(IsReadable(editor().fileno()));
  line = editor().OnReadable();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "ab");
  EXPECT_TRUE(typist_.IsAsBefore());
}

TEST_P(LineEventsTest, ALoneEscapeHasATimeout) {
  ASSERT_THAT(editor().Begin({"> "}), Succeeds());
  EXPECT_EQ(editor().timeout(), absl::InfiniteDuration());
  typist_.Type("\033");
  ASSERT_TRUE(IsReadable(editor().fileno()));
  ASSERT_THAT(editor().OnReadable(), Succeeds());
  EXPECT_GT(editor().timeout(), absl::ZeroDuration());
  EXPECT_LT(editor().timeout(), absl::InfiniteDuration());
  ASSERT_THAT(editor().OnTimeout(), Succeeds());
  EXPECT_EQ(editor().timeout(), absl::InfiniteDuration());
  editor().Cancel();
}

TEST_P(LineEventsTest, WhatWasTypedAheadIsNotForgotten) {
  ASSERT_THAT(editor().Begin({"> "}), Succeeds());
  typist_.Type("one\rtwo\r");
  ASSERT_TRUE(IsReadable(editor().fileno()));
  Result line = editor().OnReadable();
  while (line.ok() && !line->has_value()) line = editor().OnReadable();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "one");
  ASSERT_THAT(editor().Begin({"> "}), Succeeds());
  for (line = std::optional<std::string>(); line.ok() && !line->has_value();) {
    line =
        editor().timeout() == absl::ZeroDuration() ? editor().OnTimeout() : editor().OnReadable();
  }
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "two");
}

TEST_P(LineEventsTest, OnlyOneLineAtATime) {
  EXPECT_THAT(editor().OnReadable(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "on readable"));
  EXPECT_THAT(editor().OnTimeout(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "on timeout"));
  editor().Cancel();
  ASSERT_THAT(editor().Begin({"> "}), Succeeds());
  EXPECT_THAT(editor().Begin({"> "}),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "begin"));
  EXPECT_THAT(editor().ReadLine({"> "}),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "begin"));
  editor().Cancel();
  EXPECT_TRUE(typist_.IsAsBefore());
  ASSERT_THAT(editor().Begin({"> "}), Succeeds());
}

}  // namespace
}  // namespace someos
