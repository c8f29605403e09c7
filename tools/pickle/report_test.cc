#include "someos/tools/pickle/report.h"

#include "gtest/gtest.h"

namespace someos::pickle_tool {
namespace {

TEST(ReportTest, ValuesAndTheirGlobalsAreShown) {
  const Report report = ReportOn("K\x01.(cos\nsystem\n(S'true'\ntRcbuiltins\nlen\nl.");
  EXPECT_EQ(report.text,
            "1\n"
            "[<<global os.system> called with ('true',)>, <global builtins.len>]\n"
            "globals: builtins.len, os.system\n");
  EXPECT_EQ(report.error, "");
}

TEST(ReportTest, WhatCannotBeShownIsNamed) {
  const Report report = ReportOn("K\x01.Pid\n.");
  EXPECT_EQ(report.text, "1\n");
  EXPECT_EQ(report.error,
            "in the pickle at byte 3: the pickle contains a persistent id, which only its writer "
            "understands (offset 0)");
  EXPECT_EQ(ReportOn("").error, "in the pickle at byte 0: Ran out of input (offset 0)");
}

}  // namespace
}  // namespace someos::pickle_tool
