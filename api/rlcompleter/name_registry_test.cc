#include "someos/api/rlcompleter/name_registry.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/rlcompleter/completer.h"

namespace someos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

// Names like those that Python 3.13's rlcompleter was asked for.
NameRegistry Names() {
  NameRegistry names;
  names.Add({"nonlocal", NameKind::kKeyword});
  names.Add({"finally", NameKind::kKeywordWithColon});
  names.Add({"None", NameKind::kWordKeyword});
  names.Add({"n", NameKind::kNamespace, [] {
               return std::vector<Name>{
                   {"gunc", NameKind::kCallable},
                   {"func", NameKind::kCallableWithoutArguments},
                   {"alpha"},
                   {"_hid"},
                   {"__very"},
                   {"sub", NameKind::kNamespace, [] { return std::vector<Name>{{"__only"}}; }}};
             }});
  names.Add({"f", NameKind::kCallableWithoutArguments});
  names.Add({"format", NameKind::kCallable});
  names.Add({"_p"});
  return names;
}

TEST(NameRegistryTest, NamesGetWhatTheirKindWrites) {
  const NameRegistry names = Names();
  EXPECT_THAT(names.Matches("n"), ElementsAre("nonlocal ", "n"));
  EXPECT_THAT(names.Matches("f"), ElementsAre("finally:", "f()", "format("));
  EXPECT_THAT(names.Matches("No"), ElementsAre("None"));
  EXPECT_THAT(names.Matches("_"), ElementsAre("_p"));
  EXPECT_THAT(names.Matches("zzz"), IsEmpty());
}

TEST(NameRegistryTest, ChildrenAreSortedAndHideUnderscores) {
  const NameRegistry names = Names();
  EXPECT_THAT(names.Matches("n."), ElementsAre("n.alpha", "n.func()", "n.gunc(", "n.sub"));
  EXPECT_THAT(names.Matches("n._"), ElementsAre("n._hid"));
  EXPECT_THAT(names.Matches("n.__"), ElementsAre("n.__very"));
  EXPECT_THAT(names.Matches("n.sub."), ElementsAre("n.sub.__only"));
  EXPECT_THAT(names.Matches("n.g"), ElementsAre("n.gunc("));
}

// What Python 3.13 does: nothing is hidden if there is nothing else.
TEST(NameRegistryTest, WithoutOthersAllUnderscoresAreShown) {
  NameRegistry names;
  names.Add({"n", NameKind::kNamespace, [] { return std::vector<Name>{{"_a"}, {"__b"}}; }});
  EXPECT_THAT(names.Matches("n."), ElementsAre("n.__b", "n._a"));
  EXPECT_THAT(names.Matches("n._"), ElementsAre("n._a"));
}

TEST(NameRegistryTest, PathsThatLeadNowhereHaveNoMatches) {
  const NameRegistry names = Names();
  EXPECT_THAT(names.Matches("x.y"), IsEmpty());
  EXPECT_THAT(names.Matches("n.alpha.x"), IsEmpty());
  EXPECT_THAT(names.Matches("n..a"), IsEmpty());
  EXPECT_THAT(names.Matches("."), IsEmpty());
}

TEST(NameRegistryTest, NamesCanBeReplacedAndRemoved) {
  NameRegistry names("::");
  names.Add({"a", NameKind::kCallable});
  names.Add({"a", NameKind::kNamespace, [] { return std::vector<Name>{{"b"}}; }});
  EXPECT_THAT(names.Matches("a"), ElementsAre("a"));
  EXPECT_THAT(names.Matches("a::"), ElementsAre("a::b"));
  EXPECT_TRUE(names.Remove("a"));
  EXPECT_FALSE(names.Remove("a"));
  EXPECT_THAT(names.Matches(""), IsEmpty());
}

TEST(NameRegistryTest, SourcesAreAskedAtEachCompletion) {
  NameRegistry names;
  std::vector<Name> found = {{"one"}};
  names.Add({"one"});
  names.AddSource([&found] { return found; });
  names.AddSource(nullptr);
  EXPECT_THAT(names.Matches(""), ElementsAre("one"));
  found = {{"other"}};
  EXPECT_THAT(names.Matches("o"), ElementsAre("one", "other"));
}

TEST(CompleterTest, MatchesAreFoundAtStateZero) {
  const NameRegistry names = Names();
  rlcompleter::Completer completer(names);
  EXPECT_EQ(completer.Complete("n.", 1), std::nullopt);
  EXPECT_THAT(completer.Complete("n.", 0), Optional(std::string("n.alpha")));
  EXPECT_THAT(completer.Complete("other", 1), Optional(std::string("n.func()")));
  EXPECT_EQ(completer.Complete("n.", 4), std::nullopt);
  EXPECT_EQ(completer.Complete("n.", -1), std::nullopt);
  EXPECT_EQ(completer.Complete("other", 0), std::nullopt);
  EXPECT_EQ(completer.Complete("n.", 1), std::nullopt);
}

TEST(CompleterTest, BlanksBecomeATab) {
  const NameRegistry names = Names();
  rlcompleter::Completer completer(names);
  EXPECT_THAT(completer.Complete("", 0), Optional(std::string("\t")));
  EXPECT_THAT(completer.Complete("  ", 0), Optional(std::string("\t")));
  EXPECT_EQ(completer.Complete("", 1), std::nullopt);
}

}  // namespace
}  // namespace someos
