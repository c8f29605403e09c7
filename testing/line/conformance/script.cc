// One script of keys, whose screens are the same with every engine.

#include <string>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/line/typist.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

// Keys, and what the screen then shows: rows, and the column of the cursor.
struct Step {
  absl::string_view keys;
  absl::string_view rows;
  int column;
};

// Not here, since libedit has no such keys or does something else: undo, Control and U, Delete.
constexpr Step kScript[] = {
    {"hello wrld", "> hello wrld", 12},
    {"\x02\x02\x02o", "> hello world", 10},
    {"\x01\x06\x06", "> hello world", 4},
    {"\x04", "> helo world", 4},
    {"l\x05", "> hello world", 13},
    {"\x01\x0b", ">", 2},
    {"\x19\x19", "> hello worldhello world", 24},
    {"\x17", "> hello worldhello", 19},
    {"\x08\x7f", "> hello worldhell", 17},
    {"\033b\033b", "> hello worldhell", 2},
    {"\033f", "> hello worldhell", 7},
    {"\033u", "> hello WORLDHELL", 17},
    {"xy\x14", "> hello WORLDHELLyx", 19},
    // Above, in the history, and back.
    {"\x10", "> second", 8},
    {"\033[A", "> first", 7},
    {"\033[B", "> second", 8},
    {"\x0e", "> hello WORLDHELLyx", 19},
    // Wraps, and does so again when the first row becomes longer.
    {"..........2.........3.........4", "> hello WORLDHELLyx..........2.........3\n.........4", 10},
    {"\x02\x02\x7f", "> hello WORLDHELLyx..........2.........3\n........4", 7},
    {"\x01!", "> !hello WORLDHELLyx..........2.........\n3........4", 3},
    {"\x05\x7f", "> !hello WORLDHELLyx..........2.........\n3........", 9},
    {"\x01\x0b", ">", 2},
    {"\xc3\xa4\xe6\xbc\xa2z", "> \xc3\xa4\xe6\xbc\xa2z", 6},
    {"\x02\x02\x7f", "> \xe6\xbc\xa2z", 2},
};

TEST_P(LineEditingTest, AScriptOfKeysHasTheSameScreens) {
  ASSERT_THAT(editor().history().Add("first"), Succeeds());
  ASSERT_THAT(editor().history().Add("second"), Succeeds());
  typist_.Start();
  for (const Step& step : kScript) {
    SCOPED_TRACE(step.rows);
    typist_.Type(step.keys);
    ASSERT_EQ(typist_.See(step.rows), step.rows);
    EXPECT_TRUE(typist_.SeeThat([&] { return typist_.screen().cursor_column() == step.column; }))
        << typist_.screen().cursor_column();
  }
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "\xe6\xbc\xa2z");
  EXPECT_EQ(typist_.screen().unknown(), "");
}

}  // namespace
}  // namespace someos
