// The terminal, whatever happens.

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/line/conformance/session.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

TEST_P(LineTerminalTest, IsAsBeforeAfterALine) {
  EXPECT_TRUE(typist_.IsAsBefore());
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  EXPECT_FALSE(typist_.IsAsBefore());
  typist_.Type("\r");
  EXPECT_THAT(typist_.Line(), Succeeds());
  EXPECT_TRUE(typist_.IsAsBefore());
}

TEST_P(LineTerminalTest, IsAsBeforeAfterTheEditor) {
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("\r");
  EXPECT_THAT(typist_.Line(), Succeeds());
  typist_.DestroyEditor();
  EXPECT_TRUE(typist_.IsAsBefore());
}

TEST_P(LineTerminalTest, TheKeyForTheEndOfTheInput) {
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("\x04");
  EXPECT_THAT(typist_.Line(), FailsWithCode(absl::StatusCode::kOutOfRange, "read line"));
  EXPECT_TRUE(typist_.IsAsBefore());
}

TEST_P(LineTerminalTest, TheKeyForInterrupts) {
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("abc\x03");
  EXPECT_THAT(typist_.Line(), FailsWithCode(absl::StatusCode::kCancelled, "read line"));
  EXPECT_TRUE(typist_.IsAsBefore());
  EXPECT_TRUE(editor().history().empty());
}

TEST_P(LineTerminalTest, ATerminalThatIsGoneIsTheEndOfTheInput) {
  typist_.Start();
  typist_.Type("abc");
  EXPECT_EQ(typist_.See("> abc"), "> abc");
  typist_.HangUp();
  EXPECT_FALSE(editor().ReadLine({"> "}).ok());
}

TEST_P(LineTerminalTest, AnotherSizeIsNoticedAtOnce) {
  const std::string text(30, 'x');
  const pid_t job = StartSession(typist_.terminal(), [this] {
    _exit(editor().ReadLine({"> "}).value_or("") == std::string(30, 'x') ? 0 : 1);
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type(text);
  EXPECT_EQ(typist_.See("> " + text), "> " + text);
  typist_.Resize(20, 10);
  const std::string rows = "> " + std::string(18, 'x') + "\n" + std::string(12, 'x');
  EXPECT_EQ(typist_.See(rows), rows);
  // A key is drawn for the new size.
  typist_.Type("\x01\x05\r");
  EXPECT_EQ(WaitForEnd(job), 0);
}

TEST_P(LineTerminalTest, IsGivenBackBySignalsThatEndTheProgram) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    const pid_t job = StartSession(typist_.terminal(), [this] {
      const absl::StatusOr<std::string> line = editor().ReadLine({"> "});
    });
    ASSERT_TRUE(typist_.AwaitEditor());
    kill(job, signal);
    EXPECT_EQ(WaitForEnd(job), 1000 + signal);
    EXPECT_TRUE(typist_.IsAsBefore()) << signal;
    typist_.Look();
    EXPECT_FALSE(typist_.screen().bracketed_paste());
  }
}

TEST_P(LineTerminalTest, IsGivenBackByExit) {
  const pid_t job = StartSession(typist_.terminal(), [this] {
    editor().SetPreInputHook([] { exit(3); });
    const absl::StatusOr<std::string> line = editor().ReadLine({"> "});
  });
  EXPECT_EQ(WaitForEnd(job), 3);
  EXPECT_TRUE(typist_.IsAsBefore());
}

TEST_P(LineTerminalTest, SignalsOfTheProgramAreLeftAlone) {
  struct sigaction before = {};
  sigaction(SIGTERM, nullptr, &before);
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("\r");
  EXPECT_THAT(typist_.Line(), Succeeds());
  struct sigaction after = {};
  sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

}  // namespace
}  // namespace someos
