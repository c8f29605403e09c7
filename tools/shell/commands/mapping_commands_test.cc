// Commands for mapped files, memory and shared memory, in scripts.

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/shell/commands/script_fixture.h"

namespace someos::shell {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class MappingCommandsTest : public ::testing::Test {
 protected:
  MappingCommandsTest() { std::ofstream(path_) << "line one\nline two\n"; }
  ~MappingCommandsTest() override { unlink(path_.c_str()); }

  std::string Contents() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  // With the file as m.
  std::string RunWithFile(absl::string_view access, absl::string_view script) const {
    return RunText(absl::StrCat("map m ", path_, " ", access, "\n", script));
  }

  const std::string path_ = absl::StrCat(::testing::TempDir(), "/mapping_commands_test.", getpid());
};

TEST_F(MappingCommandsTest, AFileIsShownAndSearched) {
  EXPECT_EQ(RunWithFile("", "show m 0 18\nfind m line\nfind m line 1\nobjects\n"),
            absl::StrCat("00000000  6c 69 6e 65 20 6f 6e 65 0a 6c 69 6e 65 20 74 77  "
                         "|line one.line tw|\n"
                         "00000010  6f 0a                                            |o.|\n"
                         "0\n9\n"
                         "m: mapping: the file ",
                         path_, ", 18 bytes, read-only\n"));
  EXPECT_EQ(RunWithFile("", "find m three\n"), "[1] line 2: \"three\" is not in m");
  EXPECT_EQ(RunWithFile("", "show m 18\nshow m 19\n"), "[1] line 3: 19 is behind the end of m");
}

TEST_F(MappingCommandsTest, AFileIsEditedAndResized) {
  EXPECT_EQ(RunWithFile("write", "edit m 5 ONE\nflush m\nresize m 9\n"), "");
  EXPECT_EQ(Contents(), "line ONE\n");
  EXPECT_EQ(RunWithFile("copy", "edit m 5 two\nshow m 0 8\n"),
            "00000000  6c 69 6e 65 20 74 77 6f                          |line two|\n");
  EXPECT_EQ(Contents(), "line ONE\n");
}

TEST_F(MappingCommandsTest, WhatCannotBeDoneIsAnError) {
  EXPECT_EQ(RunWithFile("read", "edit m 0 x\n"), "[1] line 2: the mapping is read-only");
  EXPECT_EQ(RunWithFile("write", "edit m 17 xy\n"), "[1] line 2: 2 bytes at 17 do not fit into 18");
  EXPECT_EQ(RunWithFile("write", "edit m 18446744073709551615 xy\n"),
            "[1] line 2: 2 bytes at 18446744073709551615 do not fit into 18");
  EXPECT_EQ(RunWithFile("sometimes", ""),
            "[1] line 1: \"sometimes\" is none of read, write and copy");
  EXPECT_THAT(RunText("map m /nonexistent\n"), HasSubstr("(ENOENT)"));
}

TEST_F(MappingCommandsTest, AFileThatSomebodyTruncatesIsAnErrorAndNoSignal) {
  std::ofstream(path_) << std::string(1 << 20, 'x');
  EXPECT_THAT(RunText(absl::StrCat("map m ", path_, " read\nmap n ", path_,
                                   " write\nresize n 1\nshow m 1000000\n")),
              StartsWith("[1] line 4: "));
}

TEST_F(MappingCommandsTest, MemoryGrows) {
  EXPECT_EQ(RunText("memory m 4\nresize m 8\nedit m 6 ab\nshow m\n"),
            "00000000  00 00 00 00 00 00 61 62                          |......ab|\n");
}

TEST_F(MappingCommandsTest, SharedMemoryHasANameForOthers) {
  const std::string name = absl::StrCat("shell_test_", getpid());
  EXPECT_EQ(RunText(absl::StrCat("share a 100 ", name, "\nattach b ", name,
                                 "\nedit a 0 hello\nshow b 0 5\nresize a 200\n")),
            "00000000  68 65 6c 6c 6f                                   |hello|\n"
            "[1] line 5: shared memory keeps its size");
  EXPECT_THAT(RunText(absl::StrCat("attach b ", name, "\n")), HasSubstr("(ENOENT)"));
}

}  // namespace
}  // namespace someos::shell
