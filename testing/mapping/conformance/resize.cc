// Resize: what it does, and that it changes nothing where it fails.

#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

namespace {

constexpr char kResize[] = "resize mapping of fd";

}  // namespace

TEST_P(MappingResizeTest, GrowsTheFileByZeros) {
  for (const bool sparse : {false, true}) {
    const ScopedFd file = FileOf("hello");
    MappingOptions options;
    options.sparse = sparse;
    const std::unique_ptr<Mapping> mapping = MapAll(file, options);
    ASSERT_NE(mapping, nullptr);
    for (const size_t size : {size_t{6}, PageSize(), 10 * PageSize() + 1, 1000 * PageSize()}) {
      ASSERT_THAT(mapping->Resize(size), Succeeds()) << size;
      EXPECT_EQ(mapping->size(), size);
      EXPECT_EQ(SizeOf(file), size);
      EXPECT_EQ(mapping->view().substr(0, 5), "hello");
      EXPECT_EQ(mapping->view().back(), '\0');
    }
    mapping->data()[mapping->size() - 1] = 'x';
    EXPECT_EQ(ContentsOf(file).back(), 'x');
  }
}

TEST_P(MappingResizeTest, ShrinksTheFile) {
  const ScopedFd file = FileOfPages(5);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  for (const size_t size : {4 * PageSize() + 1, PageSize(), size_t{1}}) {
    ASSERT_THAT(mapping->Resize(size), Succeeds()) << size;
    EXPECT_EQ(mapping->view(), Pages(5).substr(0, size));
    EXPECT_EQ(SizeOf(file), size);
  }
  ASSERT_THAT(mapping->Resize(5 * PageSize()), Succeeds());
  EXPECT_EQ(mapping->view().substr(0, 1), "a");
  EXPECT_EQ(mapping->view().substr(1), std::string(5 * PageSize() - 1, '\0'));
}

TEST_P(MappingResizeTest, TheFileEndsWhereTheMappingEnds) {
  const ScopedFd file = FileOfPages(5);
  MappingOptions options;
  options.offset = PageSize() + 10;
  const std::unique_ptr<Mapping> mapping = Map(file, PageSize(), options);
  ASSERT_NE(mapping, nullptr);
  ASSERT_THAT(mapping->Resize(3 * PageSize()), Succeeds());
  EXPECT_EQ(mapping->view(), Pages(5).substr(PageSize() + 10, 3 * PageSize()));
  EXPECT_EQ(SizeOf(file), 4 * PageSize() + 10);
  ASSERT_THAT(mapping->Resize(8 * PageSize()), Succeeds());
  EXPECT_EQ(SizeOf(file), 9 * PageSize() + 10);
  ASSERT_THAT(mapping->Resize(1), Succeeds());
  EXPECT_EQ(SizeOf(file), PageSize() + 11);
  EXPECT_EQ(ContentsOf(file), Pages(5).substr(0, PageSize() + 11));
}

TEST_P(MappingResizeTest, InsideAReservationItNeverMoves) {
  const ScopedFd file = FileOf("hello");
  MappingOptions options;
  options.reserve = 100 * PageSize();
  const std::unique_ptr<Mapping> mapping = MapAll(file, options);
  ASSERT_NE(mapping, nullptr);
  EXPECT_FALSE(mapping->capabilities().may_move);
  const char* const address = mapping->data();
  for (const size_t pages : {50, 3, 100, 1, 99}) {
    ASSERT_THAT(mapping->Resize(pages * PageSize()), Succeeds()) << pages;
    EXPECT_EQ(mapping->data(), address);
    EXPECT_EQ(SizeOf(file), pages * PageSize());
    mapping->data()[mapping->size() - 1] = 'x';
  }
  EXPECT_THAT(mapping->Resize(100 * PageSize() + 1),
              FailsWithCode(absl::StatusCode::kOutOfRange, kResize));
  EXPECT_EQ(mapping->size(), 99 * PageSize());
  EXPECT_EQ(SizeOf(file), 99 * PageSize());
  EXPECT_EQ(mapping->view().substr(0, 5), "hello");
}

// Each time it moves, as another mapping is in its way.
TEST_P(MappingResizeTest, LeavesNothingBehindWhereItWas) {
  constexpr int kMoves = 20;
  const ScopedFd file = FileOfPages(1);
  const ScopedFd other = FileOfPages(1);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  std::vector<std::unique_ptr<Mapping>> others;
  others.reserve(kMoves);
  const std::optional<int> before = CountMappings();
  if (!before.has_value()) GTEST_SKIP() << "no /proc/self/maps";
  for (int i = 1; i <= kMoves; ++i) {
    others.push_back(MapAll(other));
    ASSERT_THAT(mapping->Resize((size_t{2} << (i / 2)) * PageSize()), Succeeds());
  }
  others.clear();
  // Its reservation, if it has one, and what the program itself, or a sanitizer, needed meanwhile.
  EXPECT_LT(*CountMappings(), *before + kMoves / 2);
}

TEST_P(MappingResizeTest, SizesThatCannotBe) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  EXPECT_THAT(mapping->Resize(0), FailsWithErrno(EINVAL, "resize to 0 bytes"));
  constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
  EXPECT_THAT(mapping->Resize(kHuge), FailsWithCode(absl::StatusCode::kOutOfRange, kResize));
  EXPECT_FALSE(mapping->Resize(kTooMuch).ok());
  EXPECT_EQ(mapping->view(), "hello");
  EXPECT_EQ(SizeOf(file), 5U);
  EXPECT_THAT(mapping->Resize(6), Succeeds());
}

TEST_P(MappingResizeTest, IsRefusedToReadersAndCopies) {
  const ScopedFd file = FileOf("hello");
  for (const Access access : {Access::kRead, Access::kCopy}) {
    MappingOptions options;
    options.access = access;
    const std::unique_ptr<Mapping> mapping = MapAll(file, options);
    ASSERT_NE(mapping, nullptr);
    EXPECT_FALSE(mapping->capabilities().resizable);
    EXPECT_THAT(mapping->Resize(10), FailsWithCode(absl::StatusCode::kFailedPrecondition, kResize));
    EXPECT_THAT(mapping->Resize(1), FailsWithCode(absl::StatusCode::kFailedPrecondition, kResize));
    EXPECT_EQ(mapping->view(), "hello");
  }
  EXPECT_EQ(SizeOf(file), 5U);
}

TEST_P(MappingResizeTest, IsRefusedWhileAGuardIsAlive) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded(Access::kWrite));
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> one = mapping->Enter();
  absl::StatusOr<Mapping::Guard> two = mapping->Enter();
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_THAT(mapping->Resize(10), FailsWithCode(absl::StatusCode::kFailedPrecondition, kResize));
  EXPECT_THAT(one->Done(), Succeeds());
  EXPECT_THAT(mapping->Resize(10), FailsWithCode(absl::StatusCode::kFailedPrecondition, kResize));
  EXPECT_EQ(SizeOf(file), 5U);
  EXPECT_THAT(two->Done(), Succeeds());
  EXPECT_THAT(mapping->Resize(10), Succeeds());
}

TEST_P(MappingResizeTest, AfterAdviceAboutAPartOfIt) {
  const ScopedFd file = FileOfPages(10);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  ASSERT_THAT(mapping->Advise(Advice::kRandom, 3 * PageSize(), PageSize()), Succeeds());
  ASSERT_THAT(mapping->Resize(1000 * PageSize()), Succeeds());
  EXPECT_EQ(mapping->view().substr(0, 10 * PageSize()), Pages(10));
  EXPECT_EQ(SizeOf(file), 1000 * PageSize());
}

TEST_P(MappingResizeTest, AFileThatOthersHaveMadeShorterOrLonger) {
  const ScopedFd file = FileOfPages(4);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  SetSize(file, 10);
  ASSERT_THAT(mapping->Resize(2 * PageSize()), Succeeds());
  EXPECT_EQ(mapping->view(), std::string(10, 'a') + std::string(2 * PageSize() - 10, '\0'));
  SetSize(file, 20 * PageSize());
  ASSERT_THAT(mapping->Resize(3 * PageSize()), Succeeds());
  EXPECT_EQ(SizeOf(file), 3 * PageSize());
}

}  // namespace someos
