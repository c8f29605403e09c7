// What the scenarios of the conformance suite stand on: files, and mappings of them.

#ifndef SOMEOS_TESTING_MAPPING_CONFORMANCE_FIXTURE_H_
#define SOMEOS_TESTING_MAPPING_CONFORMANCE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/scoped_fd.h"

namespace someos {

class MappingConformanceTest : public testing::TestWithParam<const MappingBackend*> {
 protected:
  const MappingBackend& backend() const { return *GetParam(); }

  // A mapping of the whole file that must succeed; null, and the test has failed, if it does not.
  std::unique_ptr<Mapping> MapAll(const ScopedFd& file, const MappingOptions& options = {}) const {
    return Map(file, std::nullopt, options);
  }
  std::unique_ptr<Mapping> Map(const ScopedFd& file, std::optional<uint64_t> size,
                               const MappingOptions& options = {}) const;
  std::unique_ptr<Mapping> MapMemory(uint64_t size, const MemoryOptions& options = {}) const;

  // Guarded and for reading, unless other options are given.
  static MappingOptions Guarded(Access access = Access::kRead);

  static size_t PageSize();
};

// The suites, each in a file of its own.
class MappingAccessTest : public MappingConformanceTest {};
class MappingForkTest : public MappingConformanceTest {};
class MappingGuardTest : public MappingConformanceTest {};
class MappingMemoryTest : public MappingConformanceTest {};
class MappingRangesTest : public MappingConformanceTest {};
class MappingResizeTest : public MappingConformanceTest {};
class MappingStormTest : public MappingConformanceTest {};

class MappingMakingTest : public MappingConformanceTest {
 protected:
  absl::Status Failure(int fd, std::optional<uint64_t> size,
                       const MappingOptions& options = {}) const {
    return backend().map_file(fd, size, options).status();
  }
};

class MappingCopyTest : public MappingConformanceTest {
 protected:
  void SetUp() override;

  ScopedFd unmappable_;  // a file that the kernel does not map
  MappingOptions options_;
};

// A size that no address space has room for. On 64-bit processors it can be the size of a file; on
// 32-bit ones all that can be one may have room.
inline constexpr size_t kTooMuch =
    std::numeric_limits<size_t>::max() / (sizeof(size_t) == 8 ? 2 : 1) - 100'000;

// An open file without a name that has these contents.
ScopedFd FileOf(const std::string& contents);
// `pages` pages, the first of which is full of 'a', the second of 'b', and so on.
std::string Pages(size_t pages);
ScopedFd FileOfPages(size_t pages);

std::string ContentsOf(const ScopedFd& file);
uint64_t SizeOf(const ScopedFd& file);
// ftruncate(2).
void SetSize(const ScopedFd& file, uint64_t size);
// Writes `bytes` at `offset`.
void WriteAt(const ScopedFd& file, uint64_t offset, const std::string& bytes);

// How many mappings this process has; nullopt where the system does not say.
std::optional<int> CountMappings();

}  // namespace someos

#endif  // SOMEOS_TESTING_MAPPING_CONFORMANCE_FIXTURE_H_
