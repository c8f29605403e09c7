// Reading and writing at the position. All results were recorded from CPython 3.13.0.

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "someos/testing/mmap/mmap_test.h"

namespace someos::mmap {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

class CursorTest : public MmapTest {};

TEST_P(CursorTest, ReadsToTheEnd) {
  Mmap mmap = Map("ab\ncd\nef");
  EXPECT_EQ(Says(mmap.Read(2)), "b'ab'");
  EXPECT_EQ(Says(mmap.Read(0)), "b''");
  EXPECT_EQ(Says(mmap.Tell()), "2");
  EXPECT_EQ(Says(mmap.Read(-1)), "b'\\ncd\\nef'");
  EXPECT_EQ(Says(mmap.Read(5)), "b''");
  EXPECT_EQ(Says(mmap.ReadByte()), "ValueError: read byte out of range");
  EXPECT_EQ(Says(mmap.Readline()), "b''");
  EXPECT_EQ(Says(mmap.Tell()), "8");
}

TEST_P(CursorTest, ReadsAllWithoutACount) {
  Mmap mmap = Map("abc");
  EXPECT_EQ(Says(mmap.Read()), "b'abc'");
  EXPECT_EQ(Says(mmap.Seek(0)), "0");
  EXPECT_EQ(Says(mmap.Read(kMax)), "b'abc'");
  EXPECT_EQ(Says(mmap.Seek(1)), "1");
  EXPECT_EQ(Says(mmap.Read(kMin)), "b'bc'");
}

TEST_P(CursorTest, ReadsBytesAndLines) {
  Mmap mmap = Map("ab\n\ncd");
  EXPECT_EQ(Says(mmap.ReadByte()), "97");
  EXPECT_EQ(Says(mmap.Tell()), "1");
  EXPECT_EQ(Says(mmap.Readline()), "b'b\\n'");
  EXPECT_EQ(Says(mmap.Readline()), "b'\\n'");
  EXPECT_EQ(Says(mmap.Readline()), "b'cd'");
  EXPECT_EQ(Says(mmap.Readline()), "b''");
}

TEST_P(CursorTest, SeeksWithinTheMapping) {
  Mmap mmap = Map("0123456789");
  const std::string out_of_range = "ValueError: seek out of range";
  EXPECT_EQ(Says(mmap.Seek(3)), "3");
  EXPECT_EQ(Says(mmap.Seek(10)), "10");
  EXPECT_EQ(Says(mmap.Seek(11)), out_of_range);
  EXPECT_EQ(Says(mmap.Seek(-1)), out_of_range);
  EXPECT_EQ(Says(mmap.Seek(2, kSeekCur)), out_of_range);
  EXPECT_EQ(Says(mmap.Seek(-5, kSeekCur)), "5");
  EXPECT_EQ(Says(mmap.Seek(-100, kSeekCur)), out_of_range);
  EXPECT_EQ(Says(mmap.Seek(kMax, kSeekCur)), out_of_range);
  EXPECT_EQ(Says(mmap.Seek(kMin, kSeekCur)), out_of_range);
  EXPECT_EQ(Says(mmap.Tell()), "5");
  EXPECT_EQ(Says(mmap.Seek(0, kSeekEnd)), "10");
  EXPECT_EQ(Says(mmap.Seek(-3, kSeekEnd)), "7");
  EXPECT_EQ(Says(mmap.Seek(1, kSeekEnd)), out_of_range);
  EXPECT_EQ(Says(mmap.Seek(-11, kSeekEnd)), out_of_range);
  EXPECT_EQ(Says(mmap.Tell()), "7");
}

TEST_P(CursorTest, KnowsThreeWaysToSeek) {
  Mmap mmap = Map("0123456789");
  EXPECT_EQ(Says(mmap.Seek(0, 3)), "ValueError: unknown seek type");
  EXPECT_EQ(Says(mmap.Seek(0, -1)), "ValueError: unknown seek type");
  EXPECT_EQ(Says(mmap.Seek(100, 7)), "ValueError: unknown seek type");
  EXPECT_TRUE(mmap.seekable());
}

TEST_P(CursorTest, WritesAllOrNothing) {
  const ScopedFd file = FileOf("0123456789");
  Mmap mmap = Create(file.get(), 0).value();
  EXPECT_EQ(Says(mmap.Write("ab")), "2");
  EXPECT_EQ(Says(mmap.Tell()), "2");
  EXPECT_EQ(Says(mmap.Write("too much!")), "ValueError: data out of range");
  EXPECT_EQ(ContentsOf(file.get()), "ab23456789");
  EXPECT_EQ(Says(mmap.Write("cdefghij")), "8");
  EXPECT_EQ(Says(mmap.Write("k")), "ValueError: data out of range");
  EXPECT_EQ(Says(mmap.Write("")), "0");
  EXPECT_EQ(Says(mmap.WriteByte(1)), "ValueError: write byte out of range");
  EXPECT_EQ(ContentsOf(file.get()), "abcdefghij");
}

TEST_P(CursorTest, WritesBytes) {
  Mmap mmap = Map("abz");
  EXPECT_EQ(Says(mmap.WriteByte('x')), "None");
  EXPECT_EQ(Says(mmap.WriteByte(255)), "None");
  EXPECT_EQ(Says(mmap.Tell()), "2");
  EXPECT_EQ(Says(mmap.Items({})), "b'x\\xffz'");
}

TEST_P(CursorTest, WritesWhatItHasRead) {
  Mmap mmap = Map("abcdef");
  const Mmap::Buffer buffer = mmap.GetBuffer().value();
  EXPECT_EQ(Says(mmap.Seek(1)), "1");
  EXPECT_EQ(Says(mmap.Write(buffer.view().substr(0, 4))), "4");
  EXPECT_EQ(Says(mmap.Items({})), "b'aabcdf'");
}

TEST_P(CursorTest, RefusesToWriteWhatIsReadOnly) {
  const std::string refused = "TypeError: mmap can't modify a readonly memory map.";
  for (const MmapArguments& arguments : {WithAccess(kAccessRead), WithProt(kProtRead)}) {
    Mmap mmap = Map("abc", arguments);
    EXPECT_EQ(Says(mmap.Write("x")), refused);
    EXPECT_EQ(Says(mmap.Write("")), refused);
    EXPECT_EQ(Says(mmap.Write("too much")), refused);
    EXPECT_EQ(Says(mmap.WriteByte(1)), refused);
    EXPECT_EQ(Says(mmap.Read()), "b'abc'");
  }
}

TEST_P(CursorTest, RefusesToReadWhatCannotBeRead) {
  Mmap mmap = Map("abc", WithProt(0));
  const std::string refused = "TypeError: mmap can't read a memory map without PROT_READ.";
  EXPECT_EQ(Says(mmap.Read()), refused);
  EXPECT_EQ(Says(mmap.ReadByte()), refused);
  EXPECT_EQ(Says(mmap.Readline()), refused);
  EXPECT_EQ(Says(mmap.Item(0)), refused);
  EXPECT_EQ(Says(mmap.Items({})), refused);
  EXPECT_EQ(Says(mmap.Find("a")), refused);
  EXPECT_EQ(Says(mmap.Rfind("a")), refused);
  EXPECT_EQ(Says(mmap.GetBuffer().status()), refused);
  EXPECT_EQ(Says(mmap.Length()), "3");
}

TEST_P(CursorTest, ThePositionMayBeBeyondTheEnd) {
  Mmap mmap = Map(std::string(100, 'x'));
  EXPECT_EQ(Says(mmap.Seek(50)), "50");
  ASSERT_EQ(Says(mmap.Resize(10)), "None");
  EXPECT_EQ(Says(mmap.Tell()), "50");
  EXPECT_EQ(Says(mmap.Read(3)), "b''");
  EXPECT_EQ(Says(mmap.ReadByte()), "ValueError: read byte out of range");
  EXPECT_EQ(Says(mmap.Readline()), "b''");
  EXPECT_EQ(Says(mmap.Write("x")), "ValueError: data out of range");
  EXPECT_EQ(Says(mmap.Write("")), "ValueError: data out of range");
  EXPECT_EQ(Says(mmap.WriteByte(1)), "ValueError: write byte out of range");
  EXPECT_EQ(Says(mmap.Find("")), "10");
  EXPECT_EQ(Says(mmap.Find("x")), "-1");
  EXPECT_EQ(Says(mmap.Seek(0, kSeekCur)), "ValueError: seek out of range");
  EXPECT_EQ(Says(mmap.Seek(-45, kSeekCur)), "5");
}

INSTANTIATE_TEST_SUITE_P(Backends, CursorTest, LinkedBackends(), BackendName);

}  // namespace
}  // namespace someos::mmap
