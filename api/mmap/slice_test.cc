#include "someos/api/mmap/slice.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace someos::mmap {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// The digits that a slice takes of "0123456789".
std::string Digits(const Slice& slice) {
  const absl::StatusOr<SliceItems> items = ItemsOf(slice, 10);
  if (!items.ok()) return std::string(items.status().message());
  std::string digits;
  for (size_t i = 0; i < items->count; ++i) {
    absl::StrAppend(&digits, items->start + static_cast<int64_t>(i) * items->step);
  }
  return digits;
}

// Recorded from CPython 3.13.0.
TEST(Slice, TakesWhatPythonTakes) {
  EXPECT_EQ(Digits({}), "0123456789");
  EXPECT_EQ(Digits({2, 5, {}}), "234");
  EXPECT_EQ(Digits({5, 2, {}}), "");
  EXPECT_EQ(Digits({{}, {}, -1}), "9876543210");
  EXPECT_EQ(Digits({{}, {}, 3}), "0369");
  EXPECT_EQ(Digits({8, 1, -2}), "8642");
  EXPECT_EQ(Digits({-3, {}, {}}), "789");
  EXPECT_EQ(Digits({100, 200, {}}), "");
  EXPECT_EQ(Digits({0, 0, {}}), "");
  EXPECT_EQ(Digits({-100, 3, {}}), "012");
  EXPECT_EQ(Digits({9, {}, -4}), "951");
  EXPECT_EQ(Digits({{}, -2, {}}), "01234567");
  EXPECT_EQ(Digits({{}, {}, 0}), "slice step cannot be zero");
}

TEST(Slice, HasNoLimits) {
  EXPECT_EQ(Digits({kMin, kMax, kMax}), "0");
  EXPECT_EQ(Digits({kMax, kMin, kMin}), "9");
  EXPECT_EQ(Digits({kMax, kMin, -kMax}), "9");
  EXPECT_EQ(Digits({3, kMax, kMax}), "3");
  EXPECT_EQ(Digits({kMin, kMax, kMin}), "");
  EXPECT_EQ(Digits({kMax, kMin, kMax}), "");
}

TEST(Slice, OfNothingIsEmpty) {
  EXPECT_EQ(ItemsOf({}, 0)->count, 0u);
  EXPECT_EQ(ItemsOf({{}, {}, -1}, 0)->count, 0u);
  EXPECT_EQ(ItemsOf({-1, 5, 2}, 0)->count, 0u);
}

}  // namespace
}  // namespace someos::mmap
