// System calls that fail while a mapping is used.

#include <cerrno>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/mapping/faults/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

namespace {

absl::Status CopyOut(const Mapping& mapping, std::string& bytes) {
  bytes.assign(mapping.size(), '?');
  return mapping.CopyOut(0, absl::MakeSpan(bytes.data(), bytes.size()));
}

}  // namespace

TEST_P(MappingAccessFaultTest, ErrorsAreReturned) {
  const ScopedFd file = FileOfPages(1);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  plan().Fail("msync", EIO);
  EXPECT_THAT(mapping->Flush(0, 1), FailsWithErrno(EIO, "flush fd"));
  plan().Fail("fullfsync", ENOSPC);
  EXPECT_THAT(mapping->Flush(0, 1), FailsWithErrno(ENOSPC, "flush fd"));
  plan().Fail("madvise", EAGAIN);
  EXPECT_THAT(mapping->Advise(Advice::kWillNeed, 0, 1), FailsWithErrno(EAGAIN, "advise fd"));
  plan().Fail("fstat", EIO);
  EXPECT_THAT(mapping->FileSize(), FailsWithErrno(EIO, "size of fd"));
}

TEST_P(MappingAccessFaultTest, AMappingThatCannotBeMadeWholeAgainIsAnError) {
  const ScopedFd file = FileOfPages(2);
  MappingOptions options;
  options.guarded = true;
  const std::unique_ptr<Mapping> mapping = MapAll(file, options);
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  SetSize(file, 0);
  EXPECT_EQ(guard->view().back(), '\0');
  EXPECT_THAT(guard->Done(), FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd"));
  WriteAt(file, 0, Pages(2));
  plan().Fail("mmap", ENOMEM);
  EXPECT_THAT(mapping->Enter(), FailsWithErrno(ENOMEM, "enter: map again fd"));
  plan().Fail("mmap", ENOMEM);
  EXPECT_THAT(mapping->Resize(10), FailsWithErrno(ENOMEM, "enter: map again fd"));
  guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  EXPECT_EQ(guard->view(), Pages(2));
  EXPECT_THAT(guard->Done(), Succeeds());
}

TEST_P(MappingAccessFaultTest, ALossOfUnknownSizeIsALoss) {
  const ScopedFd file = FileOfPages(2);
  MappingOptions options;
  options.guarded = true;
  const std::unique_ptr<Mapping> mapping = MapAll(file, options);
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  SetSize(file, 0);
  EXPECT_EQ(guard->view().back(), '\0');
  plan().Fail("fstat", EIO);
  EXPECT_THAT(guard->Done(), FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd"));
}

TEST_P(MappingAccessFaultTest, CopyOutHasOtherWays) {
  const ScopedFd file = FileOfPages(2);
  std::string bytes;
  for (const bool guarded : {false, true}) {
    SetSize(file, 0);
    WriteAt(file, 0, Pages(2));
    MappingOptions options;
    options.guarded = guarded;
    const std::unique_ptr<Mapping> mapping = MapAll(file, options);
    ASSERT_NE(mapping, nullptr);
    plan().Fail("copy_memory", ENOSYS);
    EXPECT_THAT(CopyOut(*mapping, bytes), Succeeds());
    EXPECT_EQ(bytes, Pages(2));
    SetSize(file, bytes.size() / 2);
    plan().Fail("copy_memory", EPERM);
    EXPECT_THAT(CopyOut(*mapping, bytes),
                FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd"));
  }
}

TEST_P(MappingAccessFaultTest, CopyOutOfCopiesNeedsThatCallOrAGuard) {
  const ScopedFd file = FileOfPages(2);
  MappingOptions options;
  options.access = Access::kCopy;
  const std::unique_ptr<Mapping> mapping = MapAll(file, options);
  ASSERT_NE(mapping, nullptr);
  plan().Fail("copy_memory", ENOSYS);
  std::string bytes;
  EXPECT_THAT(CopyOut(*mapping, bytes),
              FailsWithCode(absl::StatusCode::kUnimplemented, "copy out of fd"));
}

}  // namespace someos
