#include "someos/testing/mapping/conformance/fixture.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {

std::unique_ptr<Mapping> MappingConformanceTest::Map(const ScopedFd& file,
                                                     std::optional<uint64_t> size,
                                                     const MappingOptions& options) const {
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = backend().map_file(file.get(), size, options);
  EXPECT_THAT(mapping, Succeeds());
  return mapping.ok() ? *std::move(mapping) : nullptr;
}

std::unique_ptr<Mapping> MappingConformanceTest::MapMemory(uint64_t size,
                                                           const MemoryOptions& options) const {
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = backend().map_memory(size, options);
  EXPECT_THAT(mapping, Succeeds());
  return mapping.ok() ? *std::move(mapping) : nullptr;
}

MappingOptions MappingConformanceTest::Guarded(Access access) {
  MappingOptions options;
  options.access = access;
  options.guarded = true;
  return options;
}

size_t MappingConformanceTest::PageSize() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

ScopedFd FileOf(const std::string& contents) {
  ScopedFd file = TemporaryFile();
  WriteAt(file, 0, contents);
  return file;
}

std::string Pages(size_t pages) {
  const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::string contents;
  for (size_t i = 0; i < pages; ++i) contents.append(size, static_cast<char>('a' + i % 26));
  return contents;
}

ScopedFd FileOfPages(size_t pages) { return FileOf(Pages(pages)); }

std::string ContentsOf(const ScopedFd& file) {
  std::string contents(SizeOf(file), '\0');
  const ssize_t count =
      MustSucceed(pread(file.get(), contents.data(), contents.size(), 0), "pread");
  contents.resize(static_cast<size_t>(count));
  return contents;
}

uint64_t SizeOf(const ScopedFd& file) {
  struct stat status;
  MustSucceed(fstat(file.get(), &status), "fstat");
  return static_cast<uint64_t>(status.st_size);
}

std::optional<int> CountMappings() {
  std::ifstream maps("/proc/self/maps");
  if (!maps.is_open()) return std::nullopt;
  int count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

void SetSize(const ScopedFd& file, uint64_t size) {
  MustSucceed(ftruncate(file.get(), static_cast<off_t>(size)), "ftruncate");
}

void WriteAt(const ScopedFd& file, uint64_t offset, const std::string& bytes) {
  const ssize_t count = MustSucceed(
      pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)), "pwrite");
  EXPECT_EQ(static_cast<size_t>(count), bytes.size());
}

}  // namespace someos
