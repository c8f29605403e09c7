// Scripts: exit codes, messages, and the commands that are for no certain service.

#include "someos/tools/shell/session/script.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/shell/commands/all_commands.h"
#include "someos/tools/shell/commands/script_fixture.h"

namespace someos::shell {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ScriptTest, LinesAreExecutedUntilTheEnd) {
  EXPECT_EQ(RunText(""), "");
  EXPECT_EQ(RunText("# a comment\n\nprint a  'b  c' # and more\nprint d"), "a b  c\nd\n");
}

TEST(ScriptTest, TheFirstCommandThatFailsEndsIt) {
  EXPECT_EQ(RunText("print a\n\nclose a\nprint b\n"), "a\n[1] line 3: there is no \"a\"");
}

TEST(ScriptTest, WhatIsNotUnderstoodIsAnotherExitCode) {
  EXPECT_EQ(RunText("frobnicate x\n"), "[2] line 1: there is no command \"frobnicate\"; see help");
  EXPECT_EQ(RunText("close\n"), "[2] line 1: close needs more arguments: close OBJECT...");
  EXPECT_EQ(RunText("wait 1s 2s\n"), "[2] line 1: wait takes fewer arguments: wait [TIME]");
  EXPECT_EQ(RunText("print 'a\n"), "[2] line 1: there is no end to the quote in column 7");
}

TEST(ScriptTest, ExitEndsItWithACode) {
  EXPECT_EQ(RunText("print a\nexit\nprint b\n"), "a\n");
  EXPECT_EQ(RunText("exit 7\nprint b\n"), "[7] ");
  EXPECT_EQ(RunText("exit 256\n"), "[1] line 1: \"256\" is not a number from 0 to 255");
}

TEST(ScriptTest, EachCommandHasHelp) {
  const CommandTable commands = AllCommands();
  const std::string all = RunText("help\n");
  for (const Command& command : commands.commands()) {
    EXPECT_THAT(all, HasSubstr(absl::StrCat(command.usage, " ")));
    EXPECT_THAT(all, HasSubstr(absl::StrCat(" ", command.summary(), "\n")));
    EXPECT_EQ(RunText(absl::StrCat("help ", command.name(), "\n")),
              absl::StrCat(command.usage, "\n\n", command.help, "\n"));
    for (const absl::string_view line : absl::StrSplit(command.help, '\n')) {
      EXPECT_LE(line.size(), 95u) << line;
    }
  }
  EXPECT_EQ(RunText("help frobnicate\n"), "[1] line 1: there is no command \"frobnicate\"");
}

TEST(ScriptTest, ATimersCommandIsExecutedByWait) {
  EXPECT_EQ(RunText("timer t 1ms print \"a b\"\nwait\n"), "a b\n");
  EXPECT_EQ(RunText("timer t 1ms close x\nwait\n"), "[1] line 2: there is no \"x\"");
  EXPECT_EQ(RunText("timer t 1h print a\nobjects\nclose t\n"), "t: timer: waits with: print a\n");
  EXPECT_EQ(RunText("timer t soon print a\n"),
            "[1] line 1: \"soon\" is not a time such as 20ms, 1.5s or inf");
  EXPECT_EQ(RunText("wait 1ms\n"), "[1] line 1: nothing has happened in 1ms");
}

TEST(ScriptTest, WhatOthersHaveWrittenIsNoControlSequence) {
  EXPECT_EQ(RunText("print \"a\\x1b[2Jb\"\n"), "a\\x1b[2Jb\n");
}

TEST(ScriptTest, ObjectsAreClosedAtTheEndInAnyOrder) {
  EXPECT_EQ(RunText("pipe r w\npoller p\nwatch p r readable\nwrite w x\n"), "");
  EXPECT_EQ(RunText("poller p\npipe r w\nwatch p w writable\nclose p w r\nobjects\n"), "");
}

}  // namespace
}  // namespace someos::shell
