#include "someos/tools/tail/options.h"

#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"

namespace someos::tail {
namespace {

using ::testing::ElementsAre;

absl::StatusOr<Options> Parse(std::initializer_list<const char*> arguments) {
  return ParseOptions(absl::MakeConstSpan(arguments.begin(), arguments.size()));
}

TEST(OptionsTest, TakesFlagsAndFiles) {
  const absl::StatusOr<Options> options =
      Parse({"--lines=3", "a", "--follow", "--interval=5ms", "b", "--", "--help"});
  ASSERT_THAT(options, Succeeds());
  EXPECT_EQ(options->lines, 3u);
  EXPECT_TRUE(options->follow);
  EXPECT_FALSE(options->help);
  EXPECT_EQ(options->interval, absl::Milliseconds(5));
  EXPECT_THAT(options->paths, ElementsAre("a", "b", "--help"));
}

TEST(OptionsTest, HelpNeedsNoFile) {
  EXPECT_TRUE(Parse({"--help"})->help);
  EXPECT_THAT(std::string(HelpText()), ::testing::HasSubstr("--follow, -f"));
}

TEST(OptionsTest, RefusesTheRestByName) {
  const auto refused = [](std::initializer_list<const char*> arguments, absl::string_view start) {
    EXPECT_THAT(Parse(arguments), FailsWithCode(absl::StatusCode::kInvalidArgument, start));
  };
  refused({}, "no file given");
  refused({"--follow"}, "no file given");
  refused({"--lines=-1", "a"}, "--lines=-1: not a number");
  refused({"--lines=", "a"}, "--lines=: not a number");
  refused({"--interval=0", "a"}, "--interval=0: not a time");
  refused({"--interval=2h", "a"}, "--interval=2h: not a time");
  refused({"--interval=soon", "a"}, "--interval=soon: not a time");
  refused({"--frobnicate", "a"}, "--frobnicate: unknown flag");
  refused({"-", "a"}, "-: unknown flag");
}

}  // namespace
}  // namespace someos::tail
