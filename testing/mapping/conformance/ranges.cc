// Calls about a part of a mapping: Flush, Advise, CopyOut.

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

namespace {

using Range = std::pair<uint64_t, uint64_t>;  // offset and size

// Within a mapping of three pages, on all sides of their ends.
std::vector<Range> Ranges() {
  const uint64_t page = Pages(1).size();
  std::vector<Range> ranges;
  for (const uint64_t offset : {uint64_t{0}, uint64_t{1}, page - 1, page, page + 1, 3 * page}) {
    for (const uint64_t size : {uint64_t{0}, uint64_t{1}, page, 2 * page, 3 * page - offset}) {
      if (offset + size <= 3 * page) ranges.emplace_back(offset, size);
    }
  }
  return ranges;
}

std::vector<Range> RangesOutside() {
  constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
  const uint64_t end = 3 * Pages(1).size();
  return {{0, end + 1}, {end, 1}, {end + 1, 0}, {1, end}, {0, kHuge}, {kHuge, 2}, {9, kHuge - 4}};
}

}  // namespace

TEST_P(MappingRangesTest, FlushTakesAnyRange) {
  const ScopedFd file = FileOfPages(3);
  for (const Access access : {Access::kRead, Access::kWrite, Access::kCopy}) {
    MappingOptions options;
    options.access = access;
    const std::unique_ptr<Mapping> mapping = MapAll(file, options);
    ASSERT_NE(mapping, nullptr);
    for (const auto& [offset, size] : Ranges()) {
      EXPECT_THAT(mapping->Flush(offset, size), Succeeds());
      EXPECT_THAT(mapping->Flush(offset, size, Sync::kStart), Succeeds());
    }
    for (const auto& [offset, size] : RangesOutside()) {
      EXPECT_THAT(mapping->Flush(offset, size),
                  FailsWithCode(absl::StatusCode::kOutOfRange, "flush"));
    }
  }
}

TEST_P(MappingRangesTest, AdviceTakesAnyRangeAndChangesNothing) {
  const ScopedFd file = FileOfPages(3);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  mapping->data()[0] = 'z';
  for (const Advice advice : {Advice::kNormal, Advice::kRandom, Advice::kSequential,
                              Advice::kWillNeed, Advice::kNotNeededSoon}) {
    if (advice == Advice::kNotNeededSoon && !mapping->capabilities().advice_not_needed_soon) {
      continue;
    }
    for (const auto& [offset, size] : Ranges()) {
      EXPECT_THAT(mapping->Advise(advice, offset, size), Succeeds());
    }
    for (const auto& [offset, size] : RangesOutside()) {
      EXPECT_THAT(mapping->Advise(advice, offset, size),
                  FailsWithCode(absl::StatusCode::kOutOfRange, "advise"));
    }
  }
  EXPECT_EQ(mapping->view(), "z" + Pages(3).substr(1));
}

TEST_P(MappingRangesTest, AFileIsNotDiscarded) {
  const ScopedFd file = FileOfPages(3);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  EXPECT_FALSE(mapping->capabilities().advice_discard);
  EXPECT_THAT(mapping->Advise(Advice::kDiscard, 0, 3 * PageSize()),
              FailsWithCode(absl::StatusCode::kUnimplemented, "advise fd"));
  EXPECT_EQ(ContentsOf(file), Pages(3));
}

TEST_P(MappingRangesTest, DiscardedMemoryHasWhatItHadOrZeros) {
  for (const bool shared : {false, true}) {
    MemoryOptions options;
    options.shared = shared;
    const std::unique_ptr<Mapping> memory = MapMemory(3 * PageSize(), options);
    ASSERT_NE(memory, nullptr);
    if (!memory->capabilities().advice_discard) continue;
    for (size_t i = 0; i < memory->size(); ++i) memory->data()[i] = 'x';
    // The first byte and the last page are not of it as a whole.
    const absl::Status discarded = memory->Advise(Advice::kDiscard, 1, 2 * PageSize());
    if (absl::IsUnimplemented(discarded)) {
      GTEST_SKIP() << discarded.message() << ", as in qemu's user mode";
    }
    ASSERT_THAT(discarded, Succeeds());
    for (size_t i = 0; i < memory->size(); ++i) {
      const bool may_be_gone = i >= PageSize() && i < 2 * PageSize();
      ASSERT_TRUE(memory->data()[i] == 'x' || (may_be_gone && memory->data()[i] == '\0')) << i;
    }
  }
}

TEST_P(MappingRangesTest, CopyOutTakesAnyRange) {
  const std::string contents = Pages(3);
  const ScopedFd file = FileOf(contents);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  for (const auto& [offset, size] : Ranges()) {
    std::string bytes(size, '?');
    ASSERT_THAT(mapping->CopyOut(offset, absl::MakeSpan(bytes.data(), bytes.size())), Succeeds());
    EXPECT_EQ(bytes, contents.substr(offset, size));
  }
  char byte;
  EXPECT_THAT(mapping->CopyOut(3 * PageSize(), absl::MakeSpan(&byte, 1)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "copy out"));
}

TEST_P(MappingRangesTest, CopyOutReportsLostPages) {
  for (const bool guarded : {false, true}) {
    const ScopedFd file = FileOfPages(3);
    MappingOptions options;
    options.access = Access::kRead;
    options.guarded = guarded;
    const std::unique_ptr<Mapping> mapping = MapAll(file, options);
    ASSERT_NE(mapping, nullptr);
    SetSize(file, PageSize());
    if (!mapping->capabilities().safe_copy) GTEST_SKIP() << "no way without a Guard here";
    std::string bytes(PageSize() + 1, '?');
    EXPECT_THAT(mapping->CopyOut(0, absl::MakeSpan(bytes.data(), PageSize())), Succeeds());
    EXPECT_EQ(bytes.substr(0, PageSize()), Pages(1));
    EXPECT_THAT(mapping->CopyOut(0, absl::MakeSpan(bytes.data(), bytes.size())),
                FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd"));
    EXPECT_THAT(mapping->CopyOut(2 * PageSize(), absl::MakeSpan(bytes.data(), 1)),
                FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd"));
  }
}

}  // namespace someos
