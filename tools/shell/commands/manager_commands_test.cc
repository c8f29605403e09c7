// Commands for managers, connections and pickles, in scripts.

#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/commands/all_commands.h"
#include "someos/tools/shell/commands/script_fixture.h"
#include "someos/tools/shell/commands/value.h"
#include "someos/tools/shell/session/command.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// With a server s, and m, a client of it.
std::string RunWithManager(absl::string_view script) {
  return RunText(absl::StrCat("serve s 127.0.0.1:0 secret\nmanager m s secret\n", script));
}

TEST(ManagerCommandsTest, ObjectsAreCreatedAndCalled) {
  EXPECT_EQ(RunWithManager("create d m dict\n"
                           "call d __setitem__ 12 \"12\"\n"
                           "call d __setitem__ twelve 1.5\n"
                           "call d items\n"
                           "call d get 12 other=None\n"),
            "[(12, '12'), ('twelve', 1.5)]\n"
            "[1] line 7: TypeError: get() got an unexpected keyword argument 'other'");
}

TEST(ManagerCommandsTest, ArgumentsMayHaveNames) {
  EXPECT_EQ(RunWithManager("create q m Queue maxsize=1\n"
                           "call q put x\n"
                           "call q full\n"
                           "call q get timeout=5 block=True\n"),
            "True\n'x'\n");
}

TEST(ManagerCommandsTest, ErrorsAreThoseOfPython) {
  EXPECT_EQ(RunWithManager("create q m Queue\ncall q get block=False\n"),
            "[1] line 4: queue.Empty");
  EXPECT_THAT(RunWithManager("create q m NoType\n"), HasSubstr("NoType"));
  EXPECT_EQ(RunText("serve s 127.0.0.1:0 secret\nmanager m s other\n"),
            "[1] line 2: digest sent was rejected");
}

TEST(ConnectionCommandsTest, ValuesAreSentAndReceived) {
  EXPECT_THAT(RunText("channel a b\n"
                      "poller p\n"
                      "watch p b readable\n"
                      "send a None\n"
                      "wait\n"
                      "receive b\n"
                      "send b \"a\\x1bb\"\n"
                      "receive a\n"
                      "receive a 1ms\n"),
              AllOf(StartsWith("p: b readable\nNone\n'a\\x1bb'\n[1] line 9: receive fd "),
                    EndsWith(": timed out")));
}

TEST(ConnectionCommandsTest, TwoEndsHaveTwoNames) {
  EXPECT_EQ(RunText("channel a a\n"), "[1] line 1: the two ends need two names");
  const CommandTable commands = AllCommands();
  Session session(commands, [](absl::string_view) {});
  for (const absl::string_view line : {"channel a a", "pipe a a", "start a a cat"}) {
    EXPECT_FALSE(session.Execute(line).status.ok());
    EXPECT_TRUE(session.objects().entries().empty()) << line;
  }
}

TEST(ConnectionCommandsTest, APickleIsShownAndNotExecuted) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/pickle.", getpid());
  std::ofstream(path) << "cos\nsystem\n(S'true'\ntR.";
  EXPECT_EQ(RunText(absl::StrCat("unpickle ", path, "\n")),
            "<<global os.system> called with ('true',)>\n");
  std::ofstream(path) << "no pickle";
  EXPECT_THAT(RunText(absl::StrCat("unpickle ", path, "\n")), StartsWith("[1] line 1: "));
  unlink(path.c_str());
}

TEST(ValueTest, WordsAreValuesOfPython) {
  const auto text = [](absl::string_view word, bool quoted = false) {
    return ValueOf({std::string(word), quoted}).ToString();
  };
  EXPECT_EQ(text("None"), "None");
  EXPECT_EQ(text("True"), "True");
  EXPECT_EQ(text("-12"), "-12");
  EXPECT_EQ(text("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(text("1.5"), "1.5");
  EXPECT_EQ(text("1e3"), "1000.0");
  EXPECT_EQ(text("nan"), "'nan'");
  EXPECT_EQ(text("12", true), "'12'");
  EXPECT_EQ(text("12a"), "'12a'");
  EXPECT_EQ(text(""), "''");
}

TEST(ValueTest, KeywordArgumentsBeginWithAName) {
  const CallArguments arguments = CallArgumentsOf(
      {{"a=1", false}, {"a=1", true}, {"1a=2", false}, {"=2", false}, {"b==", false}});
  ASSERT_EQ(arguments.keywords.size(), 2u);
  EXPECT_EQ(arguments.keywords[0].first, "a");
  EXPECT_EQ(arguments.keywords[0].second.ToString(), "1");
  EXPECT_EQ(arguments.keywords[1].second.ToString(), "'='");
  ASSERT_EQ(arguments.positional.size(), 3u);
  EXPECT_EQ(arguments.positional[1].ToString(), "'1a=2'");
}

}  // namespace
}  // namespace someos::shell
