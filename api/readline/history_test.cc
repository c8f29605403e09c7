#include "someos/api/readline/history.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const History& history) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < history.size(); ++i) texts.push_back(history[i]);
  return texts;
}

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest()
      : path_(absl::StrCat(::testing::TempDir(),
                           ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::remove(path_.c_str());
  }

  void Store(absl::string_view contents) const {
    std::ofstream(path_, std::ios::binary) << contents;
  }

  std::string Stored() const {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  // The entries of a file with these bytes.
  std::vector<std::string> Read(absl::string_view contents) const {
    Store(contents);
    History history;
    EXPECT_THAT(history.Read(path_), Succeeds());
    return Texts(history);
  }

  const std::string path_;
};

TEST_F(HistoryTest, EntriesAreKeptAsTheyAre) {
  History history;
  EXPECT_TRUE(history.empty());
  for (const char* text : {"one", "", "one", "two\nlines"}) {
    ASSERT_THAT(history.Add(text), Succeeds());
  }
  EXPECT_THAT(Texts(history), ElementsAre("one", "", "one", "two\nlines"));
  EXPECT_THAT(history.Add(absl::string_view("a\0b", 3)),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "history: embedded null"));
  EXPECT_EQ(history.size(), 4);
}

TEST_F(HistoryTest, IndicesAreChecked) {
  History history;
  ASSERT_THAT(history.Add("a"), Succeeds());
  ASSERT_THAT(history.Add("b"), Succeeds());
  EXPECT_THAT(history.Replace(1, "c"), Succeeds());
  EXPECT_THAT(history.Remove(0), Succeeds());
  EXPECT_THAT(Texts(history), ElementsAre("c"));
  EXPECT_THAT(history.Remove(1),
              FailsWithCode(absl::StatusCode::kOutOfRange, "No history item at position 1"));
  EXPECT_THAT(history.Replace(99, ""),
              FailsWithCode(absl::StatusCode::kOutOfRange, "No history item at position 99"));
  history.Clear();
  EXPECT_TRUE(history.empty());
}

TEST_F(HistoryTest, TheOldestGoIfThereIsAMaximum) {
  History history;
  for (const char* text : {"1", "2", "3", "4"}) ASSERT_THAT(history.Add(text), Succeeds());
  history.SetMaxSize(3);
  EXPECT_THAT(Texts(history), ElementsAre("2", "3", "4"));
  ASSERT_THAT(history.Add("5"), Succeeds());
  EXPECT_THAT(Texts(history), ElementsAre("3", "4", "5"));
  Store("6\n7\n");
  ASSERT_THAT(history.Read(path_), Succeeds());
  EXPECT_THAT(Texts(history), ElementsAre("5", "6", "7"));
}

TEST_F(HistoryTest, FormatsAreToldApartByTheFirstLine) {
  EXPECT_THAT(Read("one\ntwo\n"), ElementsAre("one", "two"));
  EXPECT_THAT(Read("#1700000000\none\n#1700000001\ntwo\nlines\n"),
              ElementsAre("one", "two\nlines"));
  EXPECT_THAT(Read("_HiStOrY_V2_\none\\040more\ntwo\\012lines\n"),
              ElementsAre("one more", "two\nlines"));
  EXPECT_THAT(Read(""), IsEmpty());
}

TEST_F(HistoryTest, TimesAreReadAndWritten) {
  Store("#1700000000\nold\n#0\nunknown\n");
  History history;
  ASSERT_THAT(history.Read(path_), Succeeds());
  ASSERT_THAT(history.Add("new", absl::FromUnixSeconds(1800000000)), Succeeds());
  EXPECT_EQ(history.time(0), absl::FromUnixSeconds(1700000000));
  EXPECT_EQ(history.time(1), absl::InfinitePast());
  ASSERT_THAT(history.Write(path_), Succeeds());
  EXPECT_EQ(Stored(), "#1700000000\nold\n#0\nunknown\n#1800000000\nnew\n");
}

TEST_F(HistoryTest, ALineThatIsNotATimeIsAnEntry) {
  EXPECT_THAT(Read("#1 comment\n#\n#x\n"), ElementsAre("#1 comment", "#", "#x"));
  EXPECT_THAT(Read("#1\n#2\n#3\n#4 of four\n"), ElementsAre("#2", "#4 of four"));
}

TEST_F(HistoryTest, WhatGnuReadlineDropsIsDropped) {
  EXPECT_THAT(Read("a\r\n\n\r\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(Read("whole\nrm -rf /hom"), ElementsAre("whole"));
  EXPECT_THAT(Read("#1\nwhole\n#2\ncut o"), ElementsAre("whole"));
  EXPECT_THAT(Read("#1\nwhole\n#17000"), ElementsAre("whole"));
  EXPECT_THAT(Read("_HiStOrY_V2_\nwhole\ncut\\04"), ElementsAre("whole"));
  EXPECT_THAT(Read(absl::string_view("\0\0\0\na\0b\n", 8)), ElementsAre("ab"));
}

TEST_F(HistoryTest, TheEscapesOfVisAreRead) {
  EXPECT_THAT(Read("_HiStOrY_V2_\n\\134\\011\\\\\\^A\\^?\\M-a\\M^A\\n\\s\\E\n"),
              ElementsAre("\\\t\\\x01\x7f\xe1\x81\n \033"));
  EXPECT_THAT(Read("_HiStOrY_V2_\n\\q\\777\\M-\n\\^\n\\\n"),
              ElementsAre("\\q\\777\\M-", "\\^", "\\"));
}

TEST_F(HistoryTest, EntriesOfSeveralLinesSurvive) {
  const std::vector<std::string> texts = {"one",  "two\nlines", "#5\n#6\nx",         "",
                                          "\n\n", "\\ \t\x01",  "gr\xc3\xbc\xc3\x9f"};
  for (const HistoryFormat format : {HistoryFormat::kTimed, HistoryFormat::kEditline}) {
    History history;
    for (const std::string& text : texts) ASSERT_THAT(history.Add(text), Succeeds());
    HistoryFileOptions options;
    options.format = format;
    ASSERT_THAT(history.Write(path_, options), Succeeds());
    std::vector<std::string> expected = texts;
    // A line that would be taken for a time.
    if (format == HistoryFormat::kTimed) expected[2] = "#5\n#6 \nx";
    EXPECT_EQ(Read(Stored()), expected);
  }
}

TEST_F(HistoryTest, APlainFileIsPythons) {
  History history;
  ASSERT_THAT(history.Add("one"), Succeeds());
  ASSERT_THAT(history.Add("two\nlines"), Succeeds());
  HistoryFileOptions options;
  options.format = HistoryFormat::kPlain;
  ASSERT_THAT(history.Write(path_, options), Succeeds());
  EXPECT_EQ(Stored(), "one\ntwo\nlines\n");
  options.max_lines = 2;
  ASSERT_THAT(history.Write(path_, options), Succeeds());
  EXPECT_EQ(Stored(), "two\nlines\n");
  options.max_lines = 0;
  ASSERT_THAT(history.Write(path_, options), Succeeds());
  EXPECT_EQ(Stored(), "");
}

TEST_F(HistoryTest, NoEntryMakesAPlainFileAnotherOne) {
  HistoryFileOptions options;
  options.format = HistoryFormat::kPlain;
  for (const std::string first : {"#1700000000", "_HiStOrY_V2_"}) {
    History history;
    for (const std::string& text : {first, std::string("a\\n"), std::string("b")}) {
      ASSERT_THAT(history.Add(text), Succeeds());
    }
    ASSERT_THAT(history.Write(path_, options), Succeeds());
    EXPECT_THAT(Read(Stored()), ElementsAre(first + " ", "a\\n", "b"));
    options.max_lines = 1;
    ASSERT_THAT(history.Write(path_, options), Succeeds());
    EXPECT_EQ(Stored(), "b\n");
    options.max_lines = History::kUnlimited;
  }
}

TEST_F(HistoryTest, TruncateLeavesWholeEntries) {
  Store("#1\none\n#2\ntwo\nlines\n#3\nthree\n");
  ASSERT_THAT(History::Truncate(path_, 2), Succeeds());
  EXPECT_EQ(Stored(), "#3\nthree\n");
  Store("_HiStOrY_V2_\na\nb\n");
  ASSERT_THAT(History::Truncate(path_, 1), Succeeds());
  EXPECT_EQ(Stored(), "_HiStOrY_V2_\nb\n");
  Store("a\nb\nc");
  ASSERT_THAT(History::Truncate(path_, 2), Succeeds());
  EXPECT_EQ(Stored(), "b\nc");
}

TEST_F(HistoryTest, AppendKeepsTheFilesFormat) {
  History history;
  ASSERT_THAT(history.Add("old", absl::FromUnixSeconds(5)), Succeeds());
  ASSERT_THAT(history.Add("a b", absl::FromUnixSeconds(6)), Succeeds());
  ASSERT_THAT(history.Append(path_, 1), Succeeds());
  EXPECT_EQ(Stored(), "#6\na b\n");
  Store("plain\n");
  ASSERT_THAT(history.Append(path_, 1), Succeeds());
  EXPECT_EQ(Stored(), "plain\na b\n");
  Store("_HiStOrY_V2_\n");
  ASSERT_THAT(history.Append(path_, 99), Succeeds());
  EXPECT_EQ(Stored(), "_HiStOrY_V2_\nold\na\\040b\n");
}

TEST_F(HistoryTest, ErrorsNameTheFile) {
  History history;
  EXPECT_THAT(history.Read(path_), FailsWithErrno(ENOENT, path_));
  EXPECT_THAT(history.Read("/"), FailsWithErrno(EINVAL, "/: open"));
  EXPECT_THAT(history.Write("/"), FailsWithErrno(EISDIR, "/: write"));
  HistoryFileOptions options;
  options.create = false;
  EXPECT_THAT(history.Append(path_, 1, options), FailsWithErrno(ENOENT, path_));
}

TEST_F(HistoryTest, SessionsThatAppendLoseNothing) {
  constexpr int kLines = 10'000;
  const auto session = [this](absl::string_view name) {
    History history;
    for (int i = 0; i < kLines; ++i) {
      ASSERT_THAT(history.Add(absl::StrCat(name, "\n", i)), Succeeds());
      ASSERT_THAT(history.Append(path_, 1), Succeeds());
    }
  };
  std::thread other(session, "other");
  session("one");
  other.join();
  History all;
  ASSERT_THAT(all.Read(path_), Succeeds());
  ASSERT_EQ(all.size(), 2 * kLines);
  int ones = 0;
  int others = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool is_one = all[i] == absl::StrCat("one\n", ones);
    EXPECT_TRUE(is_one || all[i] == absl::StrCat("other\n", others)) << all[i];
    ++(is_one ? ones : others);
  }
  EXPECT_EQ(ones, kLines);
}

}  // namespace
}  // namespace someos
