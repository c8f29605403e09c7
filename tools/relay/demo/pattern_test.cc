#include "someos/tools/relay/demo/pattern.h"

#include <cstddef>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace someos::relay {
namespace {

std::string Bytes(const Pattern& pattern, uint64_t offset, size_t size) {
  std::string bytes(size, '\0');
  pattern.Fill(offset, absl::MakeSpan(&bytes[0], size));
  return bytes;
}

TEST(PatternTest, IsOneStreamFromEveryOffset) {
  const Pattern pattern(/*seed=*/7);
  const std::string stream = Bytes(pattern, 0, 10'000);
  for (size_t offset : {0, 1, 7, 8, 9, 4095, 4096, 9'000}) {
    for (size_t size : {0, 1, 7, 8, 9, 1'000}) {
      EXPECT_EQ(Bytes(pattern, offset, size), stream.substr(offset, size));
      EXPECT_TRUE(pattern.Matches(offset, absl::string_view(stream).substr(offset, size)));
    }
  }
  EXPECT_TRUE(pattern.Matches(0, stream));
}

TEST(PatternTest, NoticesOneWrongByte) {
  const Pattern pattern(/*seed=*/7);
  for (size_t position : {0, 1, 4095, 4096, 9'999}) {
    std::string stream = Bytes(pattern, 0, 10'000);
    stream[position] ^= 1;
    EXPECT_FALSE(pattern.Matches(0, stream)) << position;
  }
}

TEST(PatternTest, NoticesAShift) {
  const Pattern pattern(/*seed=*/7);
  const std::string stream = Bytes(pattern, 0, 1'000);
  for (int shift : {1, 2, 7, 8, 64}) EXPECT_FALSE(pattern.Matches(shift, stream)) << shift;
}

TEST(PatternTest, SeedsDiffer) {
  std::set<std::string> beginnings;
  for (int seed = 0; seed < 1'000; ++seed) beginnings.insert(Bytes(Pattern(seed), 0, 16));
  EXPECT_EQ(beginnings.size(), 1'000);
}

}  // namespace
}  // namespace someos::relay
