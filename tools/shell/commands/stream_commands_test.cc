// Commands for pipes, sockets and pollers, in scripts.

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/select.h"
#include "someos/tools/shell/commands/script_fixture.h"

namespace someos::shell {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Short enough, wherever the test runs.
std::string UnixAddress() { return absl::StrCat("unix:/tmp/someos_shell_test.", getpid()); }

TEST(StreamCommandsTest, APipeIsWrittenAndRead) {
  EXPECT_EQ(RunText("pipe r w\n"
                    "write w \"a\\n\\x00 b\"\n"
                    "read r\n"
                    "write w abc\n"
                    "read r 2\n"
                    "read r\n"
                    "close w\n"
                    "read r\n"),
            "\"a\\n\\x00 b\"\n\"ab\"\n\"c\"\nend\n");
}

TEST(StreamCommandsTest, WhatIsNotThereIsNoEnd) {
  EXPECT_EQ(RunText("pipe r w\nread r\n"), "[1] line 2: there is nothing to be read at the moment");
  EXPECT_EQ(RunText(absl::StrCat("listen l ", UnixAddress(), "\naccept l a\n")),
            "[1] line 2: nobody wants to connect at the moment");
}

TEST(StreamCommandsTest, AFullPipeTakesAPart) {
  const std::string block = absl::StrCat("write w '", std::string(1 << 20, 'x'), "'\n");
  EXPECT_THAT(RunText("pipe r w\n" + block), HasSubstr(" of 1048576 bytes\n"));
  EXPECT_THAT(RunText("pipe r w\n" + block + block),
              HasSubstr("[1] line 3: nothing can be written at the moment"));
}

TEST(StreamCommandsTest, SocketsAreConnectedByTheListenersName) {
  for (const std::string& address : {std::string("127.0.0.1:0"), UnixAddress()}) {
    EXPECT_EQ(RunText(absl::StrCat("listen l ", address, "\n",
                                   "connect c l\n"
                                   "poller p\n"
                                   "watch p l readable\n"
                                   "wait\n"
                                   "accept l a\n"
                                   "watch p a readable\n"
                                   "write c question\n"
                                   "wait\n"
                                   "read a\n"
                                   "end c\n"
                                   "wait\n"
                                   "read a\n"
                                   "unwatch p a\n"
                                   "write a answer\n"
                                   "watch p c readable\n"
                                   "wait\n")),
              "p: l readable\n"
              "p: a readable\n"
              "\"question\"\n"
              "p: a readable\n"
              "end\n"
              "p: c readable\n")
        << address;
  }
}

TEST(StreamCommandsTest, ErrorsNameWhatIsWrong) {
  EXPECT_EQ(RunText("read r\n"), "[1] line 1: there is no \"r\"");
  EXPECT_EQ(RunText("poller p\nread p\n"), "[1] line 2: p is a poller, not a stream");
  EXPECT_EQ(RunText("pipe r r\n"), "[1] line 1: the two ends need two names");
  EXPECT_EQ(RunText("pipe r w\npair a r\n"), "[1] line 2: there is r already: close it first");
  EXPECT_THAT(RunText("pipe 1 w\n"), StartsWith("[1] line 1: \"1\" cannot be a name"));
  EXPECT_THAT(RunText("pipe r w\nend w\n"), HasSubstr("(ENOTSOCK)"));
  EXPECT_THAT(RunText("pipe r w\nread r 0\n"), HasSubstr("read takes from 1 to 1048576 bytes"));
  EXPECT_THAT(RunText("pipe r w\nread r -1\n"), HasSubstr("\"-1\" is not a number from 0 on"));
  EXPECT_THAT(RunText("connect c nowhere\n"),
              HasSubstr("\"nowhere\" is neither HOST:PORT nor [HOST]:PORT nor unix:PATH"));
  EXPECT_THAT(RunText("connect c 127.0.0.1:99999\n"), HasSubstr("is neither HOST:PORT"));
  EXPECT_THAT(RunText("connect c unix:/nonexistent/socket\n"), HasSubstr("(ENOENT)"));
}

// The names of the linked pollers' backends.
class PollerCommandsTest : public ::testing::TestWithParam<std::string> {
 protected:
  static std::string RunWithPipe(absl::string_view script) {
    return RunText(absl::StrCat("poller p ", GetParam(), "\npipe r w\n", script));
  }
};

TEST_P(PollerCommandsTest, AnEventIsShownAgainWhenItHoldsAfterARead) {
  EXPECT_EQ(RunWithPipe("watch p r readable\n"
                        "write w abc\n"
                        "wait\n"
                        "read r 2\n"
                        "wait\n"
                        "read r\n"
                        "wait 0s\n"),
            "p: r readable\n"
            "\"ab\"\n"
            "p: r readable\n"
            "\"c\"\n"
            "[1] line 9: nothing has happened in 0");
}

TEST_P(PollerCommandsTest, AOneShotIsShownOnce) {
  EXPECT_EQ(RunWithPipe("watch p r readable one-shot\n"
                        "write w abc\n"
                        "wait\n"
                        "read r 1\n"
                        "watch p r readable one-shot\n"
                        "wait\n"
                        "unwatch p r\n"
                        "unwatch p r\n")
                .substr(0, 50),
            "p: r readable\n\"a\"\np: r readable\n[1] line 10: unreg");
}

TEST_P(PollerCommandsTest, WhatIsClosedIsNotWatched) {
  EXPECT_THAT(RunWithPipe("watch p r readable\n"
                          "registrations p\n"
                          "close r\n"
                          "objects\n"),
              ::testing::AllOf(StartsWith("r readable level\nwaits "),
                               HasSubstr(absl::StrCat("p: poller: ", GetParam(), ", 0 watched"))));
}

INSTANTIATE_TEST_SUITE_P(Linked, PollerCommandsTest, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const Backend* backend : LinkedBackends()) {
                             names.emplace_back(backend->name);
                           }
                           return names;
                         }()),
                         [](const auto& info) { return info.param; });

TEST(PollerWordsTest, ErrorsNameWhatIsWrong) {
  EXPECT_THAT(RunText("poller p unknown\n"), HasSubstr("unknown"));
  EXPECT_THAT(RunText("poller p\npipe r w\nwatch p r writeable\n"),
              HasSubstr("\"writeable\" is none of readable, writable"));
  EXPECT_THAT(RunText("poller p\npipe r w\nwatch p r readable sometimes\n"),
              HasSubstr("\"sometimes\" is none of level, edge and one-shot"));
  EXPECT_EQ(RunText("poller p\npoller q\nwatch p q readable\n"),
            "[1] line 3: q has no descriptor that a poller could watch");
}

TEST(PollerWordsTest, TheLinkedBackendsAreListed) {
  EXPECT_THAT(RunText("backends\n"), StartsWith(absl::StrCat(LinkedBackends()[0]->name, ": ")));
}

}  // namespace
}  // namespace someos::shell
