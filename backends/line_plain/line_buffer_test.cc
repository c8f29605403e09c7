#include "someos/backends/line_plain/line_buffer.h"

#include <string>

#include "gtest/gtest.h"
#include "someos/backends/line_plain/kill_ring.h"

namespace someos::line_plain {
namespace {

LineBuffer Holding(const char* text) {
  LineBuffer line;
  line.Reset(text);
  return line;
}

TEST(LineBufferTest, ACharacterIsWithItsAccents) {
  // a, e with two combining accents, a wide one, a raw byte
  const LineBuffer line = Holding("ae\xcc\x81\xcc\x82\xe6\xbc\xa2\xff");
  EXPECT_EQ(line.NextCharacter(0), 1);
  EXPECT_EQ(line.NextCharacter(1), 6);
  EXPECT_EQ(line.NextCharacter(6), 9);
  EXPECT_EQ(line.NextCharacter(9), 10);
  EXPECT_EQ(line.NextCharacter(10), 10);
  EXPECT_EQ(line.PreviousCharacter(10), 9);
  EXPECT_EQ(line.PreviousCharacter(9), 6);
  EXPECT_EQ(line.PreviousCharacter(6), 1);
  EXPECT_EQ(line.PreviousCharacter(1), 0);
  EXPECT_EQ(line.PreviousCharacter(0), 0);
}

TEST(LineBufferTest, WordsAndBlanks) {
  const LineBuffer line = Holding(
      "git  commit-it gr\xc3\xbc\xc3\x9f"
      "e");
  EXPECT_EQ(line.NextWord(0), 3);
  EXPECT_EQ(line.NextWord(3), 11);
  EXPECT_EQ(line.NextWord(11), 14);
  EXPECT_EQ(line.NextWord(14), 22);
  EXPECT_EQ(line.PreviousWord(22), 15);
  EXPECT_EQ(line.PreviousWord(15), 12);
  EXPECT_EQ(line.PreviousBlank(15), 5);
  EXPECT_EQ(line.PreviousBlank(3), 0);
}

TEST(LineBufferTest, LinesOfAnEntry) {
  const LineBuffer line = Holding("one\ntwo\n");
  EXPECT_EQ(line.BeginningOfLine(6), 4);
  EXPECT_EQ(line.EndOfLine(4), 7);
  EXPECT_EQ(line.BeginningOfLine(3), 0);
  EXPECT_EQ(line.BeginningOfLine(8), 8);
  EXPECT_EQ(line.EndOfLine(8), 8);
}

TEST(LineBufferTest, ChangesAreTakenBack) {
  LineBuffer line = Holding("hello world");
  line.Replace(0, 5, "bye");
  EXPECT_EQ(line.text(), "bye world");
  EXPECT_EQ(line.cursor(), 3);
  line.Erase(3, 9);
  line.Type("a");
  line.Type("b");
  EXPECT_EQ(line.text(), "byeab");
  EXPECT_TRUE(line.TakeBack());
  EXPECT_EQ(line.text(), "bye");
  EXPECT_TRUE(line.TakeBack());
  EXPECT_EQ(line.text(), "bye world");
  EXPECT_EQ(line.cursor(), 3);
  EXPECT_TRUE(line.TakeBack());
  EXPECT_EQ(line.text(), "hello world");
  EXPECT_EQ(line.cursor(), 11);
  EXPECT_FALSE(line.TakeBack());
}

TEST(LineBufferTest, TwentyTypedCharactersAreTakenBackAtOnce) {
  LineBuffer line;
  for (int i = 0; i < 25; ++i) line.Type("x");
  EXPECT_TRUE(line.TakeBack());
  EXPECT_EQ(line.text(), std::string(20, 'x'));
  line.Type("y");
  line.SeparateChanges();
  line.Type("z");
  EXPECT_TRUE(line.TakeBack());
  EXPECT_EQ(line.text(), std::string(20, 'x') + "y");
  line.Revert();
  EXPECT_EQ(line.text(), "");
}

TEST(LineBufferTest, WhatIsTypedElsewhereIsAChangeOfItsOwn) {
  LineBuffer line;
  line.Type("a");
  line.MoveTo(0);
  line.Type("b");
  EXPECT_EQ(line.text(), "ba");
  EXPECT_TRUE(line.TakeBack());
  EXPECT_EQ(line.text(), "a");
}

TEST(KillRingTest, KillsInARowAreOne) {
  KillRing ring;
  ring.Kill("b", KillDirection::kForward, false);
  ring.Kill("c", KillDirection::kForward, true);
  ring.Kill("a", KillDirection::kBackward, true);
  EXPECT_EQ(ring.Current(), "abc");
  ring.Kill("", KillDirection::kForward, false);
  EXPECT_EQ(ring.Current(), "abc");
}

TEST(KillRingTest, TheLastTenAreThere) {
  KillRing ring;
  EXPECT_TRUE(ring.empty());
  ring.Rotate();
  for (int i = 0; i < 12; ++i) ring.Kill(std::to_string(i), KillDirection::kForward, false);
  EXPECT_EQ(ring.Current(), "11");
  ring.Rotate();
  EXPECT_EQ(ring.Current(), "10");
  for (int i = 0; i < 8; ++i) ring.Rotate();
  EXPECT_EQ(ring.Current(), "2");
  ring.Rotate();
  EXPECT_EQ(ring.Current(), "11");
}

}  // namespace
}  // namespace someos::line_plain
