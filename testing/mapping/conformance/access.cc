// What is read and written through a mapping, and who sees it.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

TEST_P(MappingAccessTest, WritesReachTheFileAndOtherMappings) {
  const ScopedFd file = FileOf("hello world");
  const std::unique_ptr<Mapping> one = MapAll(file);
  MappingOptions reading;
  reading.access = Access::kRead;
  reading.offset = 6;
  const std::unique_ptr<Mapping> other = MapAll(file, reading);
  ASSERT_TRUE(one != nullptr && other != nullptr);
  absl::StatusOr<absl::Span<char>> bytes = one->mutable_view();
  ASSERT_THAT(bytes, Succeeds());
  (*bytes)[6] = 'W';
  EXPECT_EQ(other->view(), "World");
  EXPECT_EQ(ContentsOf(file), "hello World");
  WriteAt(file, 0, "HELLO");
  EXPECT_EQ(one->view(), "HELLO World");
}

TEST_P(MappingAccessTest, ReadOnlyIsRefusedToWriters) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded(Access::kRead));
  ASSERT_NE(mapping, nullptr);
  EXPECT_FALSE(mapping->writable());
  EXPECT_THAT(mapping->mutable_view(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "mutable view"));
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  EXPECT_THAT(guard->mutable_view(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "mutable view"));
}

TEST_P(MappingAccessTest, CopiesStayInTheProcess) {
  const ScopedFd file = FileOf("hello world");
  MappingOptions options;
  options.access = Access::kCopy;
  const std::unique_ptr<Mapping> copy = MapAll(file, options);
  ASSERT_NE(copy, nullptr);
  EXPECT_TRUE(copy->writable());
  copy->data()[0] = 'J';
  EXPECT_EQ(copy->view(), "Jello world");
  EXPECT_THAT(copy->Flush(0, copy->size()), Succeeds());
  EXPECT_EQ(ContentsOf(file), "hello world");
}

TEST_P(MappingAccessTest, WritesOutliveTheMapping) {
  const ScopedFd file = FileOf("hello");
  std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  mapping->data()[4] = '!';
  mapping = nullptr;
  EXPECT_EQ(ContentsOf(file), "hell!");
}

}  // namespace someos
