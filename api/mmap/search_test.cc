#include "someos/api/mmap/search.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace someos::mmap {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(RangeOf, CountsNegativeNumbersFromTheEndAndCutsOff) {
  const auto range = [](int64_t start, int64_t end) {
    const Range range = RangeOf(start, end, 10);
    return std::make_pair(range.start, range.end);
  };
  EXPECT_EQ(range(2, 5), std::make_pair(size_t{2}, size_t{5}));
  EXPECT_EQ(range(-3, -1), std::make_pair(size_t{7}, size_t{9}));
  EXPECT_EQ(range(-11, 11), std::make_pair(size_t{0}, size_t{10}));
  EXPECT_EQ(range(kMin, kMax), std::make_pair(size_t{0}, size_t{10}));
  EXPECT_EQ(range(kMax, kMin), std::make_pair(size_t{10}, size_t{0}));
}

// The same by trying each place.
std::optional<size_t> SlowlyFound(absl::string_view bytes, Range range, absl::string_view needle,
                                  bool last) {
  std::optional<size_t> found;
  for (size_t i = range.start; i <= range.end && range.end - i >= needle.size(); ++i) {
    if (bytes.substr(i, needle.size()) != needle) continue;
    found = i;
    if (!last) break;
  }
  return found;
}

TEST(Find, AgreesWithTryingEachPlace) {
  std::mt19937 random(7);
  const auto text = [&random](size_t size) {  // of few letters, so that much repeats
    std::string text(size, 'a');
    for (char& letter : text) letter = "ab\xff"[random() % 3];
    return text;
  };
  for (int round = 0; round < 20000; ++round) {
    // Most are longer than what is compared at once.
    const std::string bytes = text(random() % 400);
    const std::string needle = text(random() % (round % 10 == 0 ? 100 : 12));
    const Range range{random() % (bytes.size() + 1), random() % (bytes.size() + 1)};
    ASSERT_EQ(FindIn(bytes, range, needle), SlowlyFound(bytes, range, needle, false))
        << bytes << " " << range.start << ":" << range.end << " " << needle;
    ASSERT_EQ(FindLastIn(bytes, range, needle), SlowlyFound(bytes, range, needle, true))
        << bytes << " " << range.start << ":" << range.end << " " << needle;
  }
}

TEST(Find, OfLongNeedles) {
  std::string bytes(100000, '.');
  const std::string needle = "the quick brown fox jumps over the lazy dog";
  EXPECT_EQ(FindIn(bytes, {0, bytes.size()}, needle), std::nullopt);
  EXPECT_EQ(FindLastIn(bytes, {0, bytes.size()}, needle), std::nullopt);
  bytes.replace(777, needle.size(), needle);
  bytes.replace(77777, needle.size(), needle);
  EXPECT_EQ(FindIn(bytes, {0, bytes.size()}, needle), 777);
  EXPECT_EQ(FindLastIn(bytes, {0, bytes.size()}, needle), 77777);
}

// Nearly everywhere is something that looks like the needle.
TEST(Find, AmongMuchThatIsSimilar) {
  for (const size_t size : {size_t{5}, size_t{255}, size_t{256}, size_t{257}, size_t{3000}}) {
    std::string needle(size, 'a');
    needle[size / 3] = 'b';
    std::string bytes(100000, 'a');
    for (size_t i = 7; i < bytes.size(); i += size + 1) bytes[i] = 'c';
    EXPECT_EQ(FindIn(bytes, {0, bytes.size()}, needle), std::nullopt);
    EXPECT_EQ(FindLastIn(bytes, {0, bytes.size()}, needle), std::nullopt);
    for (const size_t place : {size_t{0}, size_t{63}, size_t{50000}, bytes.size() - size}) {
      std::string with = bytes;
      with.replace(place, size, needle);
      EXPECT_EQ(FindIn(with, {0, with.size()}, needle), place);
      EXPECT_EQ(FindLastIn(with, {0, with.size()}, needle), place);
    }
  }
}

}  // namespace
}  // namespace someos::mmap
