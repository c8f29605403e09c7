// Items, slices, searches and moves. All results were recorded from CPython 3.13.0.

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "someos/testing/mmap/mmap_test.h"

namespace someos::mmap {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr char kReadOnly[] = "TypeError: mmap can't modify a readonly memory map.";

class ItemsTest : public MmapTest {};

TEST_P(ItemsTest, IndexesCountFromBothEnds) {
  Mmap mmap = Map("0123456789");
  EXPECT_EQ(Says(mmap.Item(0)), "48");
  EXPECT_EQ(Says(mmap.Item(9)), "57");
  EXPECT_EQ(Says(mmap.Item(-1)), "57");
  EXPECT_EQ(Says(mmap.Item(-10)), "48");
  for (const int64_t index : {int64_t{10}, int64_t{-11}, kMax, kMin}) {
    EXPECT_EQ(Says(mmap.Item(index)), "IndexError: mmap index out of range");
    EXPECT_EQ(Says(mmap.SetItem(index, 65)), "IndexError: mmap index out of range");
    EXPECT_EQ(Says(mmap.SetItem(index, 256)), "IndexError: mmap index out of range");
  }
}

TEST_P(ItemsTest, ItemsAreBytes) {
  Mmap mmap = Map("abc");
  EXPECT_EQ(Says(mmap.SetItem(0, 255)), "None");
  EXPECT_EQ(Says(mmap.SetItem(-1, 0)), "None");
  EXPECT_EQ(Says(mmap.Item(0)), "255");
  for (const int64_t value : {int64_t{256}, int64_t{-1}, kMax, kMin}) {
    EXPECT_EQ(Says(mmap.SetItem(0, value)), "ValueError: mmap item value must be in range(0, 256)");
  }
  EXPECT_EQ(Says(mmap.Item(0)), "255");
}

TEST_P(ItemsTest, SlicesWithSteps) {
  Mmap mmap = Map("0123456789");
  EXPECT_EQ(Says(mmap.Items({})), "b'0123456789'");
  EXPECT_EQ(Says(mmap.Items({2, 5, {}})), "b'234'");
  EXPECT_EQ(Says(mmap.Items({5, 2, {}})), "b''");
  EXPECT_EQ(Says(mmap.Items({{}, {}, -1})), "b'9876543210'");
  EXPECT_EQ(Says(mmap.Items({8, 1, -2})), "b'8642'");
  EXPECT_EQ(Says(mmap.Items({{}, {}, 0})), "ValueError: slice step cannot be zero");
}

TEST_P(ItemsTest, AssignsSlicesOfTheSameSize) {
  Mmap mmap = Map("0123456789");
  EXPECT_EQ(Says(mmap.SetItems({2, 5, {}}, "abc")), "None");
  EXPECT_EQ(Says(mmap.SetItems({{}, {}, 3}, "WXYZ")), "None");
  EXPECT_EQ(Says(mmap.Items({})), "b'W1aXc5Y78Z'");
  EXPECT_EQ(Says(mmap.SetItems({{}, {}, -4}, "!?.")), "None");
  EXPECT_EQ(Says(mmap.Items({})), "b'W.aXc?Y78!'");
  EXPECT_EQ(Says(mmap.SetItems({5, 2, {}}, "")), "None");
  const std::string wrong_size = "IndexError: mmap slice assignment is wrong size";
  EXPECT_EQ(Says(mmap.SetItems({2, 5, {}}, "ab")), wrong_size);
  EXPECT_EQ(Says(mmap.SetItems({{}, {}, 3}, "a")), wrong_size);
  EXPECT_EQ(Says(mmap.SetItems({{}, {}, {}}, "")), wrong_size);
  EXPECT_EQ(Says(mmap.SetItems({{}, {}, 0}, "x")), "ValueError: slice step cannot be zero");
  EXPECT_EQ(Says(mmap.Items({})), "b'W.aXc?Y78!'");
}

TEST_P(ItemsTest, ReadOnlyComesFirst) {
  for (const MmapArguments& arguments : {WithAccess(kAccessRead), WithProt(kProtRead)}) {
    Mmap mmap = Map("abc", arguments);
    EXPECT_EQ(Says(mmap.SetItem(0, 65)), kReadOnly);
    EXPECT_EQ(Says(mmap.SetItem(99, 256)), kReadOnly);
    EXPECT_EQ(Says(mmap.SetItems({0, 1, {}}, "xx")), kReadOnly);
    EXPECT_EQ(Says(mmap.Move(-1, -1, -1)), kReadOnly);
  }
}

// Where b'one' and b'' are found in b'one two one three'.
TEST_P(ItemsTest, Finds) {
  const Mmap mmap = Map("one two one three");
  const auto find = [&mmap](auto... arguments) { return Says(mmap.Find(arguments...)); };
  EXPECT_EQ(find("one"), "0");
  EXPECT_EQ(find("one", 1), "8");
  EXPECT_EQ(find("one", -9), "8");
  EXPECT_EQ(find("one", 1, 3), "-1");
  EXPECT_EQ(find("one", 0, 2), "-1");
  EXPECT_EQ(find("one", 0, 3), "0");
  EXPECT_EQ(find("zz"), "-1");
  EXPECT_EQ(find("e", -1), "16");
  EXPECT_EQ(find("e", -1, -1), "-1");
  EXPECT_EQ(find("e", 0, -1), "2");
  EXPECT_EQ(find(""), "0");
  EXPECT_EQ(find("", 5), "5");
  EXPECT_EQ(find("", 5, 3), "-1");
  EXPECT_EQ(find("", 100), "17");
  EXPECT_EQ(find("", -100), "0");
  EXPECT_EQ(find("e", kMin, kMax), "2");
}

TEST_P(ItemsTest, FindsTheLast) {
  const Mmap mmap = Map("one two one three");
  const auto rfind = [&mmap](auto... arguments) { return Says(mmap.Rfind(arguments...)); };
  EXPECT_EQ(rfind("one"), "8");
  EXPECT_EQ(rfind("one", 1), "8");
  EXPECT_EQ(rfind("one", 1, 3), "-1");
  EXPECT_EQ(rfind("one", 0, 3), "0");
  EXPECT_EQ(rfind("zz"), "-1");
  EXPECT_EQ(rfind("e", -1), "16");
  EXPECT_EQ(rfind("e", -1, -1), "-1");
  EXPECT_EQ(rfind("e", 0, -1), "15");
  EXPECT_EQ(rfind(""), "17");
  EXPECT_EQ(rfind("", 5, 3), "-1");
  EXPECT_EQ(rfind("", 100), "17");
  EXPECT_EQ(rfind("", 0, 100), "17");
}

TEST_P(ItemsTest, SearchesBeginAtThePosition) {
  Mmap mmap = Map("one two one three");
  EXPECT_EQ(Says(mmap.Seek(3)), "3");
  EXPECT_EQ(Says(mmap.Find("one")), "8");
  EXPECT_EQ(Says(mmap.Rfind("one")), "8");
  EXPECT_EQ(Says(mmap.Find("")), "3");
  EXPECT_EQ(Says(mmap.Rfind("")), "17");
  EXPECT_EQ(Says(mmap.Seek(9)), "9");
  EXPECT_EQ(Says(mmap.Rfind("one")), "-1");
  EXPECT_EQ(Says(mmap.Seek(0, kSeekEnd)), "17");
  EXPECT_EQ(Says(mmap.Find("")), "17");
  EXPECT_EQ(Says(mmap.Find("e")), "-1");
}

TEST_P(ItemsTest, MovesWithinTheMapping) {
  Mmap mmap = Map("0123456789");
  const std::string refused = "ValueError: source, destination, or count out of range";
  EXPECT_EQ(Says(mmap.Move(0, 1, 2)), "None");
  EXPECT_EQ(Says(mmap.Items({})), "b'1223456789'");
  EXPECT_EQ(Says(mmap.Move(1, 0, 9)), "None");
  EXPECT_EQ(Says(mmap.Items({})), "b'1122345678'");
  EXPECT_EQ(Says(mmap.Move(0, 0, 0)), "None");
  EXPECT_EQ(Says(mmap.Move(10, 0, 0)), "None");
  EXPECT_EQ(Says(mmap.Move(0, 10, 0)), "None");
  EXPECT_EQ(Says(mmap.Move(10, 0, 1)), refused);
  EXPECT_EQ(Says(mmap.Move(11, 0, 0)), refused);
  EXPECT_EQ(Says(mmap.Move(0, 11, 0)), refused);
  EXPECT_EQ(Says(mmap.Move(-1, 0, 0)), refused);
  EXPECT_EQ(Says(mmap.Move(0, -1, 0)), refused);
  EXPECT_EQ(Says(mmap.Move(0, 0, -1)), refused);
  EXPECT_EQ(Says(mmap.Move(0, 0, 11)), refused);
  EXPECT_EQ(Says(mmap.Move(1, 0, 10)), refused);
  EXPECT_EQ(Says(mmap.Move(kMax, kMax, kMax)), refused);
  EXPECT_EQ(Says(mmap.Items({})), "b'1122345678'");
}

INSTANTIATE_TEST_SUITE_P(Backends, ItemsTest, LinkedBackends(), BackendName);

}  // namespace
}  // namespace someos::mmap
