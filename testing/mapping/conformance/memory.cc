// Memory that no file is behind.

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/status_matchers.h"

namespace someos {

namespace {

MemoryOptions CanGrow(bool shared) {
  MemoryOptions options;
  options.shared = shared;
  options.can_grow = true;
  return options;
}

}  // namespace

TEST_P(MappingMemoryTest, IsZeroAndWritable) {
  for (const bool shared : {false, true}) {
    MemoryOptions options;
    options.shared = shared;
    const std::unique_ptr<Mapping> memory = MapMemory(100'000, options);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(memory->view(), std::string(100'000, '\0'));
    memory->data()[99'999] = 'x';
    EXPECT_EQ(memory->view().back(), 'x');
    EXPECT_THAT(memory->Flush(0, 100'000), Succeeds());
    EXPECT_THAT(memory->Resize(200'000),
                FailsWithCode(absl::StatusCode::kFailedPrecondition, "resize mapping of memory"));
  }
}

TEST_P(MappingMemoryTest, GrowsAndShrinksForReal) {
  for (const bool shared : {false, true}) {
    const std::unique_ptr<Mapping> memory = MapMemory(1, CanGrow(shared));
    ASSERT_NE(memory, nullptr);
    memory->data()[0] = 'a';
    size_t old_size = 1;
    for (const size_t size : {100 * PageSize() + 5, PageSize() + 1, size_t{7}, 300 * PageSize()}) {
      ASSERT_THAT(memory->Resize(size), Succeeds()) << size;
      EXPECT_EQ(memory->size(), size);
      EXPECT_EQ(memory->data()[0], 'a');
      for (size_t i = old_size; i < size; ++i) ASSERT_EQ(memory->data()[i], '\0') << i;
      for (size_t i = 1; i < size; ++i) memory->data()[i] = 'b';
      old_size = size;
    }
  }
}

TEST_P(MappingMemoryTest, GrowsInsideAReservation) {
  for (const bool shared : {false, true}) {
    MemoryOptions options = CanGrow(shared);
    options.reserve = 10 * PageSize();
    const std::unique_ptr<Mapping> memory = MapMemory(10, options);
    ASSERT_NE(memory, nullptr);
    const char* const address = memory->data();
    memory->data()[9] = 'x';
    ASSERT_THAT(memory->Resize(10 * PageSize()), Succeeds());
    EXPECT_EQ(memory->data(), address);
    EXPECT_EQ(memory->data()[9], 'x');
    memory->data()[10 * PageSize() - 1] = 'y';
  }
}

TEST_P(MappingMemoryTest, SealedMemoryIsNotCutByAnybody) {
  MemoryOptions options;
  options.sealed = true;
  absl::StatusOr<std::unique_ptr<Mapping>> memory = backend().map_memory(100, options);
  if (memory.status().code() == absl::StatusCode::kUnimplemented) {
    GTEST_SKIP() << memory.status().message();
  }
  ASSERT_THAT(memory, Succeeds());
  EXPECT_TRUE((*memory)->capabilities().seals);
  (*memory)->data()[0] = 'x';
  for (const off_t size : {0, 1, 1000}) {
    EXPECT_EQ(ftruncate((*memory)->descriptor(), size), -1);
    EXPECT_EQ(errno, EPERM);
  }
  EXPECT_THAT((*memory)->Resize(1000),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "resize mapping of memory"));
  options.can_grow = true;
  memory = backend().map_memory(100, options);
  ASSERT_THAT(memory, Succeeds());
  EXPECT_THAT((*memory)->Resize(10'000), Succeeds());
  EXPECT_THAT((*memory)->Resize(100), FailsWithErrno(EPERM, "resize: truncate memory"));
  EXPECT_EQ((*memory)->size(), 10'000U);
}

TEST_P(MappingMemoryTest, SizesThatCannotBe) {
  EXPECT_THAT(backend().map_memory(0, {}), FailsWithErrno(EINVAL, "map memory"));
  constexpr uint64_t kHuge = std::numeric_limits<uint64_t>::max();
  EXPECT_THAT(backend().map_memory(kHuge, {}),
              FailsWithCode(absl::StatusCode::kOutOfRange, "map memory"));
  for (const bool can_grow : {false, true}) {
    MemoryOptions options;
    options.can_grow = can_grow;
    EXPECT_FALSE(backend().map_memory(kTooMuch, options).ok());
  }
}

TEST_P(MappingMemoryTest, RawIsWhatTheKernelSays) {
  RawMapping raw;
  raw.protection = PROT_READ | PROT_WRITE;
  raw.flags = MAP_SHARED;
  EXPECT_THAT(backend().map_raw(raw), FailsWithErrno(EINVAL, "map memory"));
  raw.length = 100;
  raw.flags = MAP_SHARED | MAP_FIXED;
  EXPECT_THAT(backend().map_raw(raw), FailsWithErrno(EINVAL, "map memory"));
  raw.flags = 0;
  EXPECT_THAT(backend().map_raw(raw), FailsWithErrno(EINVAL, "map memory"));
  raw.fd = -2;
  raw.flags = MAP_SHARED;
  EXPECT_THAT(backend().map_raw(raw), FailsWithErrno(EBADF, "map fd -2"));
  raw.fd = -1;
  for (const int flags : {MAP_SHARED, MAP_PRIVATE}) {
    raw.flags = flags;
    absl::StatusOr<std::unique_ptr<Mapping>> mapping = backend().map_raw(raw);
    ASSERT_THAT(mapping, Succeeds());
    EXPECT_EQ((*mapping)->view(), std::string(100, '\0'));
    ASSERT_THAT((*mapping)->Resize(1'000'000), Succeeds());
    (*mapping)->data()[999'999] = 'x';
  }
}

TEST_P(MappingMemoryTest, RawFilesAreTakenAsTheyAre) {
  const ScopedFd file = FileOfPages(3);
  RawMapping raw;
  raw.fd = file.get();
  raw.length = PageSize();
  raw.protection = PROT_READ | PROT_WRITE;
  raw.flags = MAP_SHARED;
  raw.offset = 1;
  EXPECT_THAT(backend().map_raw(raw), FailsWithErrno(EINVAL, "map fd "));
  raw.offset = PageSize();
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = backend().map_raw(raw);
  ASSERT_THAT(mapping, Succeeds());
  EXPECT_EQ((*mapping)->view(), Pages(3).substr(PageSize(), PageSize()));
  ASSERT_THAT((*mapping)->Resize(5 * PageSize()), Succeeds());
  EXPECT_EQ(SizeOf(file), 6 * PageSize());
  raw.protection = PROT_READ;
  mapping = backend().map_raw(raw);
  ASSERT_THAT(mapping, Succeeds());
  EXPECT_FALSE((*mapping)->writable());
}

}  // namespace someos
