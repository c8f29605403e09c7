// Making mappings: what is mapped, and what is refused with which error.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos {

namespace {

std::string MapFd(int fd) { return absl::StrCat("map fd ", fd); }

}  // namespace

TEST_P(MappingMakingTest, AWholeFile) {
  const ScopedFd file = FileOf("hello world");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(mapping->view(), "hello world");
  EXPECT_EQ(mapping->size(), 11U);
  EXPECT_EQ(mapping->name(), backend().name);
  EXPECT_TRUE(mapping->capabilities().coherent);
  EXPECT_EQ(mapping->capabilities().page_size, PageSize());
}

TEST_P(MappingMakingTest, APartAtAnyOffset) {
  const std::string contents = Pages(5);
  const ScopedFd file = FileOf(contents);
  for (const size_t offset : {size_t{0}, size_t{1}, PageSize() - 1, PageSize(), PageSize() + 1}) {
    MappingOptions options;
    options.offset = offset;
    for (const size_t size : {size_t{1}, PageSize(), 2 * PageSize() + 1}) {
      const std::unique_ptr<Mapping> mapping = Map(file, size, options);
      ASSERT_NE(mapping, nullptr);
      EXPECT_EQ(mapping->view(), contents.substr(offset, size)) << offset << " " << size;
    }
    const std::unique_ptr<Mapping> rest = MapAll(file, options);
    ASSERT_NE(rest, nullptr);
    EXPECT_EQ(rest->view(), contents.substr(offset)) << offset;
  }
}

TEST_P(MappingMakingTest, TheDescriptorMayBeClosed) {
  ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  const ScopedFd again = Duplicate(file.get());
  file.reset();
  EXPECT_THAT(mapping->Resize(10'000), Succeeds());
  EXPECT_EQ(SizeOf(again), 10'000U);
  const absl::StatusOr<uint64_t> size = mapping->FileSize();
  ASSERT_THAT(size, Succeeds());
  EXPECT_EQ(*size, 10'000U);
}

TEST_P(MappingMakingTest, ADescriptorIsKeptOnlyIfItIsToBe) {
  const ScopedFd file = FileOf("hello");
  const size_t before = OpenDescriptors().size();
  MappingOptions options;
  options.keep_descriptor = false;
  std::unique_ptr<Mapping> mapping = MapAll(file, options);
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(OpenDescriptors().size(), before);
  EXPECT_EQ(mapping->descriptor(), -1);
  EXPECT_THAT(mapping->FileSize(), FailsWithErrno(EBADF, "size of fd"));
  EXPECT_THAT(mapping->Resize(10),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "resize mapping of fd"));
  EXPECT_EQ(SizeOf(file), 5U);
  mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(OpenDescriptors().size(), before + 1);
  EXPECT_EQ(fcntl(mapping->descriptor(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  mapping = nullptr;
  EXPECT_EQ(OpenDescriptors().size(), before);
}

TEST_P(MappingMakingTest, DescriptorsThatAreNotOpen) {
  EXPECT_THAT(Failure(-1, 10), FailsWithErrno(EBADF, "map fd -1"));
  EXPECT_THAT(Failure(-2, 10), FailsWithErrno(EBADF, "map fd -2"));
  ScopedFd file = FileOf("hello");
  const int closed = file.get();
  file.reset();
  EXPECT_THAT(Failure(closed, 5), FailsWithErrno(EBADF, MapFd(closed)));
}

TEST_P(MappingMakingTest, DescriptorsWithoutTheRight) {
  ScopedFd file = FileOf("hello");
  const ScopedFd reading(
      MustSucceed(open(absl::StrCat("/dev/fd/", file.get()).c_str(), O_RDONLY), "open"));
  if (fcntl(reading.get(), F_GETFL) % 4 != O_RDONLY) GTEST_SKIP() << "/dev/fd only duplicates";
  EXPECT_THAT(Failure(reading.get(), 5), FailsWithErrno(EACCES, MapFd(reading.get())));
  for (const Access access : {Access::kRead, Access::kCopy}) {
    MappingOptions options;
    options.access = access;
    const std::unique_ptr<Mapping> mapping = MapAll(reading, options);
    ASSERT_NE(mapping, nullptr);
    EXPECT_EQ(mapping->view(), "hello");
  }
}

TEST_P(MappingMakingTest, WhatIsNoFileOfBytes) {
  const Pipe pipe;
  EXPECT_FALSE(Failure(pipe.reader.get(), 5).ok());
  EXPECT_NE(ErrnoOf(Failure(pipe.reader.get(), 5)), 0);
  EXPECT_THAT(Failure(pipe.reader.get(), std::nullopt),
              FailsWithErrno(EINVAL, MapFd(pipe.reader.get())));
  const ScopedFd directory(MustSucceed(open("/", O_RDONLY | O_DIRECTORY), "open"));
  EXPECT_NE(ErrnoOf(Failure(directory.get(), 5)), 0);
}

TEST_P(MappingMakingTest, SizesThatCannotBe) {
  const ScopedFd empty = FileOf("");
  EXPECT_THAT(Failure(empty.get(), std::nullopt), FailsWithErrno(EINVAL, MapFd(empty.get())));
  const ScopedFd file = FileOf("hello");
  const int fd = file.get();
  EXPECT_THAT(Failure(fd, 0), FailsWithErrno(EINVAL, MapFd(fd)));
  constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
  for (const uint64_t size : {uint64_t{6}, uint64_t{1} << 40, kHuge / 2, kHuge}) {
    EXPECT_THAT(Failure(fd, size), FailsWithCode(absl::StatusCode::kOutOfRange, MapFd(fd))) << size;
  }
  for (const uint64_t offset : {uint64_t{5}, uint64_t{4096}, kHuge / 2, kHuge}) {
    MappingOptions options;
    options.offset = offset;
    for (const std::optional<uint64_t> size : {std::optional<uint64_t>(), std::optional(kHuge)}) {
      EXPECT_THAT(Failure(fd, size, options),
                  FailsWithCode(absl::StatusCode::kOutOfRange, MapFd(fd)));
    }
  }
  EXPECT_EQ(SizeOf(file), 5U);
}

TEST_P(MappingMakingTest, ReservationsThatCannotBe) {
  const ScopedFd file = FileOf("hello");
  for (const uint64_t reserve : {uint64_t{4}, std::numeric_limits<uint64_t>::max()}) {
    MappingOptions options;
    options.reserve = reserve;
    EXPECT_THAT(Failure(file.get(), 5, options),
                FailsWithCode(absl::StatusCode::kOutOfRange, MapFd(file.get())));
  }
}

TEST_P(MappingMakingTest, WhatAddressSpaceCannotHold) {
  // A sparse file that no 32-bit program can map, and which no file system here need store.
  const ScopedFd file = FileOf("hello");
  constexpr uint64_t kSize = uint64_t{5} << 30;
  if (ftruncate(file.get(), kSize) != 0) GTEST_SKIP() << "no files of 5 GiB here";
  const absl::StatusOr<std::unique_ptr<Mapping>> mapping =
      backend().map_file(file.get(), std::nullopt, {});
  if (sizeof(void*) == 4) {
    EXPECT_THAT(mapping, FailsWithCode(absl::StatusCode::kOutOfRange, MapFd(file.get())));
  } else {
    ASSERT_THAT(mapping, Succeeds());
    EXPECT_EQ((*mapping)->size(), kSize);
    EXPECT_EQ((*mapping)->view().back(), '\0');
  }
}

TEST_P(MappingMakingTest, DevZeroIsMemory) {
  const ScopedFd zero(MustSucceed(open("/dev/zero", O_RDWR), "open"));
  MappingOptions sparse;
  sparse.sparse = true;
  RawMapping raw;
  raw.fd = zero.get();
  raw.length = 100'000;
  raw.protection = PROT_READ | PROT_WRITE;
  raw.flags = MAP_SHARED;
  absl::StatusOr<std::unique_ptr<Mapping>> mappings[] = {
      backend().map_file(zero.get(), 100'000, {}), backend().map_file(zero.get(), 100'000, sparse),
      backend().map_raw(raw)};
  for (absl::StatusOr<std::unique_ptr<Mapping>>& mapping : mappings) {
    if (ErrnoOf(mapping.status()) == ENODEV) GTEST_SKIP() << "this system does not map /dev/zero";
    ASSERT_THAT(mapping, Succeeds());
    EXPECT_EQ((*mapping)->view(), std::string(100'000, '\0'));
    (*mapping)->data()[99'999] = 'x';
    EXPECT_FALSE((*mapping)->Resize(200'000).ok());
    EXPECT_FALSE((*mapping)->Resize(50'000).ok());
    EXPECT_EQ((*mapping)->size(), 100'000U);
    EXPECT_EQ((*mapping)->view().back(), 'x');
  }
}

TEST_P(MappingMakingTest, PopulatedAndExecutableAreAccepted) {
  const ScopedFd file = FileOfPages(10);
  MappingOptions options;
  options.access = Access::kRead;
  options.populate = true;
  const std::unique_ptr<Mapping> mapping = MapAll(file, options);
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(mapping->view(), Pages(10));
}

TEST_P(MappingMakingTest, OptionsThatContradictEachOther) {
  const ScopedFd file = FileOf("hello");
  MappingOptions options;
  options.guarded = true;
  options.keep_descriptor = false;
  EXPECT_THAT(Failure(file.get(), 5, options), FailsWithErrno(EINVAL, MapFd(file.get())));
  options = {};
  options.copy_if_unmappable = true;
  EXPECT_THAT(Failure(file.get(), 5, options), FailsWithErrno(EINVAL, MapFd(file.get())));
}

}  // namespace someos
