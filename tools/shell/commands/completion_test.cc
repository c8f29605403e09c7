#include "someos/tools/shell/commands/completion.h"

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/managers.h"
#include "someos/api/select.h"
#include "someos/testing/status_matchers.h"
#include "someos/tools/shell/commands/all_commands.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() {
    for (const absl::string_view line :
         {"pipe reader writer", "poller p", "memory room 1", "channel one other"}) {
      EXPECT_THAT(session_.Execute(line).status, Succeeds()) << line;
    }
  }
  // What the last word of a line can be completed to.
  std::vector<std::string> Matches(absl::string_view line) const {
    const size_t begin = line.rfind(' ') == absl::string_view::npos ? 0 : line.rfind(' ') + 1;
    return Complete(session_, line.substr(0, begin), line.substr(begin));
  }

  const CommandTable commands_ = AllCommands();
  Session session_{commands_, [](absl::string_view) {}};
};

TEST_F(CompletionTest, TheFirstWordIsACommand) {
  EXPECT_THAT(Matches("po"), ElementsAre("poller "));
  EXPECT_THAT(Matches(""), Contains("help"));
  EXPECT_THAT(Matches("x"), IsEmpty());
}

TEST_F(CompletionTest, OthersAreWhatTheUsageSays) {
  EXPECT_THAT(Matches("read "), ElementsAre("reader", "writer"));
  EXPECT_THAT(Matches("read r"), ElementsAre("reader "));
  EXPECT_THAT(Matches("read reader "), IsEmpty());
  EXPECT_THAT(Matches("show "), ElementsAre("room "));
  EXPECT_THAT(Matches("send "), ElementsAre("one", "other"));
  EXPECT_THAT(Matches("watch "), ElementsAre("p "));
  EXPECT_THAT(Matches("watch p r"), ElementsAre("reader", "room"));
  EXPECT_THAT(Matches("watch p reader wr"), ElementsAre("writable "));
  EXPECT_THAT(Matches("watch p reader readable "), ElementsAre("level", "edge", "one-shot"));
  EXPECT_THAT(Matches("poller q "), Contains(StartsWith(LinkedBackends()[0]->name)));
  EXPECT_THAT(Matches("map m x "), ElementsAre("read", "write", "copy"));
  EXPECT_THAT(Matches("help ex"), ElementsAre("exit "));
  EXPECT_THAT(Matches("close reader w"), ElementsAre("writer "));
  EXPECT_THAT(Matches("pipe "), IsEmpty());
  EXPECT_THAT(Matches("objects "), IsEmpty());
  EXPECT_THAT(Matches("unknown "), IsEmpty());
}

TEST_F(CompletionTest, ATimersCommandIsCompletedAsOneOfItsOwn) {
  EXPECT_THAT(Matches("timer t 1s wa"), ElementsAre("wait", "watch"));
  EXPECT_THAT(Matches("timer t 1s read w"), ElementsAre("writer "));
}

TEST_F(CompletionTest, PathsAreFilesAndADirectoryGoesOn) {
  const std::string path = ::testing::TempDir() + "/completed.txt";
  std::ofstream(path) << "x";
  EXPECT_THAT(Matches(absl::StrCat("map m ", path.substr(0, path.size() - 5))),
              ElementsAre(path + " "));
}

TEST_F(CompletionTest, TypesAndMethodsAreThoseOfManagers) {
  const multiprocessing::ManagedTypes types = multiprocessing::SyncTypes();
  const std::vector<std::string> names = Matches("create q m ");
  EXPECT_THAT(names, Contains("Queue"));
  for (const std::string& name : names) EXPECT_NE(types.Find(name), nullptr) << name;
  for (const absl::string_view line :
       {"serve s 127.0.0.1:0 key", "manager m s key", "create q m Queue"}) {
    ASSERT_THAT(session_.Execute(line).status, Succeeds()) << line;
  }
  EXPECT_THAT(Matches("call "), ElementsAre("q "));
  EXPECT_THAT(Matches("call q get"), ElementsAre("get", "get_nowait"));
  EXPECT_THAT(Matches("call one "), IsEmpty());
}

TEST_F(CompletionTest, NothingIsCompletedWithinQuotes) {
  EXPECT_THAT(Matches("'read r"), IsEmpty());
}

}  // namespace
}  // namespace someos::shell
