// Commands for processes, in scripts.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/shell/commands/script_fixture.h"

namespace someos::shell {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ProcessCommandsTest, AProgramIsSpokenWithUntilItEnds) {
  EXPECT_EQ(RunText("start p io cat\n"
                    "poller poll\n"
                    "write io hello\n"
                    "watch poll io readable one-shot\n"
                    "wait\n"
                    "read io\n"
                    "watch poll p readable\n"
                    "end io\n"
                    "wait\n"
                    "join p\n"),
            "poll: io readable\n\"hello\"\npoll: p readable\n0\n");
}

TEST(ProcessCommandsTest, ExitCodesAndSignalsAreShown) {
  EXPECT_EQ(RunText("start p io sh -c 'exit 3'\njoin p\n"), "3\n");
  EXPECT_EQ(RunText("start p io cat\njoin p 1ms\n"), "[1] line 2: p has not ended in 1ms");
  EXPECT_EQ(RunText("start p io cat\nsignal p 9\njoin p\n"), "-9\n");
  EXPECT_EQ(RunText("start p io /nonexistent\njoin p\n"), "127\n");
}

TEST(ProcessCommandsTest, ErrorsNameWhatIsWrong) {
  EXPECT_EQ(RunText("start p p cat\n"), "[1] line 1: the process and its stream need two names");
  EXPECT_THAT(RunText("start p io cat\nsignal p KILL\n"),
              HasSubstr("\"KILL\" is not the number of a signal"));
  EXPECT_THAT(RunText("start p io cat\nobjects\nclose io\njoin p\n"),
              StartsWith("p: process: cat, process "));
}

}  // namespace
}  // namespace someos::shell
