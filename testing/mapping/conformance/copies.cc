// Files that the kernel does not map.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

void MappingCopyTest::SetUp() {
  unmappable_ = ScopedFd(open("/proc/self/cmdline", O_RDONLY));
  if (unmappable_.get() < 0) GTEST_SKIP() << "no /proc/self/cmdline";
  options_.access = Access::kRead;
  if (backend().map_file(unmappable_.get(), 4, options_).ok()) {
    GTEST_SKIP() << "/proc/self/cmdline can be mapped, as in qemu's user mode";
  }
  options_.copy_if_unmappable = true;
}

TEST_P(MappingCopyTest, AreRefusedOtherwise) {
  options_.copy_if_unmappable = false;
  const absl::Status status = backend().map_file(unmappable_.get(), 4, options_).status();
  EXPECT_FALSE(status.ok());
}

TEST_P(MappingCopyTest, AreReadWhole) {
  const std::unique_ptr<Mapping> copy = MapAll(unmappable_, options_);
  ASSERT_NE(copy, nullptr);
  EXPECT_FALSE(copy->capabilities().coherent);
  EXPECT_FALSE(copy->capabilities().resizable);
  EXPECT_EQ(copy->name(), backend().name);
  std::string contents(copy->size() + 1'000'000, '?');
  const ssize_t count = pread(unmappable_.get(), contents.data(), contents.size(), 0);
  ASSERT_GT(count, 0);
  EXPECT_EQ(copy->view(), contents.substr(0, static_cast<size_t>(count)));
  std::string bytes(copy->size(), '?');
  EXPECT_THAT(copy->CopyOut(0, absl::MakeSpan(bytes.data(), bytes.size())), Succeeds());
  EXPECT_EQ(bytes, copy->view());
  EXPECT_THAT(copy->Flush(0, copy->size()), Succeeds());
  EXPECT_THAT(copy->Advise(Advice::kRandom, 0, 1),
              FailsWithCode(absl::StatusCode::kUnimplemented, "advise fd"));
  EXPECT_THAT(copy->FileSize(), Succeeds());
}

TEST_P(MappingCopyTest, AreReadInPart) {
  const std::unique_ptr<Mapping> whole = MapAll(unmappable_, options_);
  ASSERT_NE(whole, nullptr);
  options_.offset = 1;
  options_.access = Access::kCopy;
  options_.guarded = true;
  const std::unique_ptr<Mapping> part = Map(unmappable_, 2, options_);
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->view(), whole->view().substr(1, 2));
  absl::StatusOr<Mapping::Guard> guard = part->Enter();
  ASSERT_THAT(guard, Succeeds());
  EXPECT_THAT(guard->mutable_view(), Succeeds());
  EXPECT_THAT(guard->Done(), Succeeds());
  EXPECT_THAT(backend().map_file(unmappable_.get(), 100'000'000, options_),
              FailsWithCode(absl::StatusCode::kOutOfRange, "map fd"));
}

TEST_P(MappingCopyTest, AFileThatCanBeMappedIs) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file, options_);
  ASSERT_NE(mapping, nullptr);
  EXPECT_TRUE(mapping->capabilities().coherent);
  WriteAt(file, 0, "J");
  EXPECT_EQ(mapping->view(), "Jello");
}

}  // namespace someos
