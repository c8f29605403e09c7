// System calls that fail in Resize: file and mapping are as before.

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mechanism.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/mapping/faults/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

namespace {

constexpr size_t kPages = 8;

size_t PageSize() { return Pages(1).size(); }

}  // namespace

bool MappingResizeFaultTest::ResizeWithFault(const MappingOptions& options, size_t mapped,
                                             size_t pages, absl::string_view call, int nth) {
  const size_t page = PageSize();
  const ScopedFd file = FileOfPages(kPages);
  std::unique_ptr<Mapping> mapping = Try(file, options, mapped * page).value_or(nullptr);
  EXPECT_NE(mapping, nullptr);
  if (mapping == nullptr) return false;
  mapping->data()[0] = 'z';
  std::string contents = ContentsOf(file);
  plan().Fail(call, EIO, nth);
  const absl::Status status = mapping->Resize(pages * page);
  const bool came = plan().done();
  plan().Clear();
  if (!status.ok()) {
    EXPECT_EQ(ErrnoOf(status), EIO) << status;
    EXPECT_EQ(mapping->view(), contents.substr(0, mapped * page)) << status;
    EXPECT_EQ(ContentsOf(file), contents) << status;
    EXPECT_THAT(mapping->Resize(pages * page), Succeeds());
  }
  contents.resize(pages * page, '\0');
  EXPECT_EQ(mapping->view(), contents);
  EXPECT_EQ(SizeOf(file), contents.size());
  mapping->data()[contents.size() - 1] = 'y';
  EXPECT_EQ(ContentsOf(file).back(), 'y');
  return came;
}

TEST_P(MappingResizeFaultTest, WhateverFailsFileAndMappingAreAsBefore) {
  MappingOptions sparse;
  sparse.sparse = true;
  MappingOptions reserving;
  reserving.reserve = 100 * PageSize();
  int faults = 0;
  for (const MappingOptions& options : {MappingOptions(), sparse, reserving}) {
    for (const size_t mapped : {kPages, kPages / 2}) {
      for (const size_t pages : {size_t{1}, kPages - 1, kPages + 1, 10 * kPages}) {
        for (const absl::string_view call :
             {"fstat", "fallocate", "ftruncate", "mmap", "mremap", "munmap"}) {
          SCOPED_TRACE(testing::Message() << call << " from " << mapped << " to " << pages);
          for (int nth = 1; ResizeWithFault(options, mapped, pages, call, nth); ++nth) ++faults;
        }
      }
    }
  }
  EXPECT_GE(faults, 3 * 2 * 4 * 2);
}

TEST_P(MappingResizeFaultTest, AFullDiskIsAnErrorAndLeavesNothing) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  for (const int error : {ENOSPC, EDQUOT, EFBIG}) {
    plan().Fail("fallocate", error);
    EXPECT_THAT(mapping->Resize(1'000'000), FailsWithErrno(error, "resize: allocate room"));
    EXPECT_EQ(SizeOf(file), 5U);
  }
  EXPECT_EQ(mapping->view(), "hello");
}

TEST_P(MappingResizeFaultTest, AFileThatCannotBeMadeShortAgainIsSaidToBe) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  plan().Fail("fallocate", ENOSPC);
  plan().Fail("ftruncate", EIO);
  EXPECT_THAT(mapping->Resize(1'000'000),
              FailsWithErrno(ENOSPC, "resize: the file is longer now, because it cannot be"));
  EXPECT_EQ(mapping->view(), "hello");
}

TEST_P(MappingResizeFaultTest, AFileSystemThatDoesNotAllocateMakesHoles) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  EXPECT_TRUE(mapping->capabilities().allocates);
  plan().Fail("fallocate", EOPNOTSUPP);
  EXPECT_THAT(mapping->Resize(100'000), Succeeds());
  EXPECT_FALSE(mapping->capabilities().allocates);
  EXPECT_THAT(mapping->Resize(200'000), Succeeds());
  EXPECT_EQ(plan().calls("fallocate"), 1);
}

TEST_P(MappingResizeFaultTest, PartsThatDifferAreMappedAnew) {
  const ScopedFd file = FileOfPages(3);
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  plan().Fail("mremap", EFAULT);
  ASSERT_THAT(mapping->Resize(100 * PageSize()), Succeeds());
  EXPECT_EQ(mapping->view().substr(0, 3 * PageSize()), Pages(3));
  mapping->data()[100 * PageSize() - 1] = 'x';
  EXPECT_EQ(ContentsOf(file).back(), 'x');
}

// A private mapping of a file cannot be mapped anew, as its changes would be lost.
TEST_P(MappingResizeFaultTest, WhatCannotBeMappedAnewIsRefusedAndLeavesNothing) {
  const ScopedFd file = FileOfPages(3);
  RawMapping raw;
  raw.fd = file.get();
  raw.length = 3 * PageSize();
  raw.protection = PROT_READ | PROT_WRITE;
  raw.flags = MAP_PRIVATE;
  const absl::StatusOr<std::unique_ptr<Mapping>> mapping =
      MapRawBy(*GetParam(), FaultyMappingSystem(), raw);
  ASSERT_THAT(mapping, Succeeds());
  (*mapping)->data()[0] = 'z';
  const std::optional<int> before = CountMappings();
  for (int i = 0; i < 20; ++i) {
    plan().Fail("mremap", EFAULT);
    EXPECT_THAT((*mapping)->Resize(100 * PageSize()),
                FailsWithErrno(EOPNOTSUPP, "resize mapping of fd"));
  }
  EXPECT_EQ((*mapping)->view(), "z" + Pages(3).substr(1));
  EXPECT_EQ(ContentsOf(file), Pages(3));
  if (before.has_value()) {
    // Some may be the test's own: AddressSanitizer maps more memory for it.
    EXPECT_LT(*CountMappings(), *before + 10);
  }
}

TEST_P(MappingResizeFaultTest, PrivateMemoryIsMovedWithItsContents) {
  MemoryOptions options;
  options.shared = false;
  options.can_grow = true;
  absl::StatusOr<std::unique_ptr<Mapping>> memory =
      MapMemoryBy(*GetParam(), FaultyMappingSystem(), 10, options);
  ASSERT_THAT(memory, Succeeds());
  (*memory)->data()[9] = 'x';
  plan().Fail("mremap", EFAULT);
  ASSERT_THAT((*memory)->Resize(1'000'000), Succeeds());
  EXPECT_EQ((*memory)->view(), std::string(9, '\0') + 'x' + std::string(999'990, '\0'));
  plan().Fail("mremap", ENOMEM);
  plan().Fail("mmap", ENOMEM);
  EXPECT_THAT((*memory)->Resize(100'000'000), FailsWithErrno(ENOMEM, "resize mapping of memory"));
  EXPECT_EQ((*memory)->size(), 1'000'000U);
}

TEST_P(MappingResizeFaultTest, ALimitOfTheKernelIsAnError) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  ExpectInChild([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {100'000, 100'000};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_THAT(mapping->Resize(200'000), FailsWithErrno(EFBIG, "resize: "));
    EXPECT_EQ(mapping->view(), "hello");
    EXPECT_THAT(mapping->Resize(50'000), Succeeds());
  });
  EXPECT_EQ(SizeOf(file), 50'000U);
}

}  // namespace someos
