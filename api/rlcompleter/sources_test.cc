#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/rlcompleter/command_tree.h"
#include "someos/api/rlcompleter/enum_names.h"
#include "someos/api/rlcompleter/flag_names.h"
#include "someos/api/rlcompleter/name_registry.h"
#include "someos/api/rlcompleter/path_matches.h"

ABSL_FLAG(int, completed_port, 0, "For this test.");
ABSL_FLAG(bool, completed_verbose, false, "For this test.");
ABSL_RETIRED_FLAG(int, completed_retired, 0, "For this test.");

namespace someos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

enum class Size : uint8_t { kSmall = 253, kNone = 254, kLarge = 255 };

absl::string_view SizeName(Size size) {
  switch (size) {
    case Size::kSmall:
      return "small";
    case Size::kLarge:
      return "large";
    case Size::kNone:
      return "";
  }
  return "";
}

TEST(EnumNamesTest, ValuesWithNamesAreThere) {
  NameRegistry names;
  names.AddSource([] { return EnumNames(Size::kSmall, Size::kLarge, SizeName); });
  EXPECT_THAT(names.Matches(""), ElementsAre("small", "large"));
  EXPECT_THAT(EnumNames(Size::kLarge, Size::kSmall, SizeName), IsEmpty());
}

TEST(FlagNamesTest, FlagsAreCompletedAsTheyAreTyped) {
  NameRegistry names("");
  names.AddSource(FlagNames);
  EXPECT_THAT(names.Matches("--comp"), ElementsAre("--completed_port=", "--completed_verbose"));
  EXPECT_THAT(names.Matches("--nocomp"), ElementsAre("--nocompleted_verbose"));
}

// A directory with a directory and three files.
class PathMatchesTest : public ::testing::Test {
 protected:
  PathMatchesTest() {
    std::string name = ::testing::TempDir() + "paths.XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    directory_ = name + "/";
    for (const char* file : {"main.cc", "main.h", ".hidden"}) std::ofstream(directory_ + file);
    const std::string inner = directory_ + "more";
    if (std::system(
            absl::StrCat("mkdir '", inner, "' && ln -s more '", directory_, "link'").c_str()) !=
        0) {
      std::abort();
    }
  }

  std::string directory_;
};

TEST_F(PathMatchesTest, DirectoriesEndWithASlash) {
  const std::string& in = directory_;
  EXPECT_THAT(PathMatches(in + "m"), ElementsAre(in + "main.cc", in + "main.h", in + "more/"));
  EXPECT_THAT(PathMatches(in),
              ElementsAre(in + "link/", in + "main.cc", in + "main.h", in + "more/"));
  EXPECT_THAT(PathMatches(in + "."), ElementsAre(in + ".hidden"));
  EXPECT_THAT(PathMatches(in + "none/x"), IsEmpty());
  EXPECT_THAT(PathMatches(in + "more/"), IsEmpty());
}

TEST_F(PathMatchesTest, TheHomeDirectoryStaysAsTyped) {
  setenv("HOME", directory_.c_str(), 1);
  EXPECT_THAT(PathMatches("~/ma"), ElementsAre("~/main.cc", "~/main.h"));
}

TEST(CommandTreeTest, WordsLeadToWhatFollows) {
  Command root;
  root.subcommands = {
      {"pipe",
       "Makes pipes.",
       {{"open", "Opens one.", {}, nullptr},
        {"close",
         "",
         {},
         [](absl::string_view) { return std::vector<std::string>{"p1", "p0", "p1"}; }}},
       nullptr},
      {"print", "Prints.", {}, nullptr}};
  EXPECT_THAT(CommandMatches(root, "", "p"), ElementsAre("pipe", "print"));
  EXPECT_THAT(CommandMatches(root, "pipe ", ""), ElementsAre("close", "open"));
  EXPECT_THAT(CommandMatches(root, "pipe \tclose ", ""), ElementsAre("p0", "p1"));
  EXPECT_THAT(CommandMatches(root, "print ", ""), IsEmpty());
  EXPECT_EQ(FindCommand(root, "pipe open x y").help, "Opens one.");
  EXPECT_EQ(&FindCommand(root, "unknown pipe"), &root);
}

}  // namespace
}  // namespace someos
