// What the tests of Mmap share.

#ifndef SOMEOS_TESTING_MMAP_MMAP_TEST_H_
#define SOMEOS_TESTING_MMAP_MMAP_TEST_H_

#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/api/mmap.h"
#include "someos/testing/python_says.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos::mmap {

// A file with these contents.
inline ScopedFd FileOf(absl::string_view contents) {
  ScopedFd file = TemporaryFile();
  MustSucceed(ftruncate(file.get(), static_cast<off_t>(contents.size())), "ftruncate");
  if (!contents.empty()) {
    MustSucceed(pwrite(file.get(), contents.data(), contents.size(), 0), "pwrite");
  }
  return file;
}

// What the file contains.
inline std::string ContentsOf(int fd) {
  std::string contents(static_cast<size_t>(MustSucceed(lseek(fd, 0, SEEK_END), "lseek")), '\0');
  MustSucceed(pread(fd, contents.data(), contents.size(), 0), "pread");
  return contents;
}

// On each backend that this build links.
class MmapTest : public testing::TestWithParam<const MappingBackend*> {
 protected:
  // What Create of the backend returns.
  static absl::StatusOr<Mmap> Create(int fd, int64_t length, const MmapArguments& arguments = {}) {
    return Mmap::CreateOn(*GetParam(), fd, length, arguments);
  }
  // The same as Python prints it: the object, or the exception.
  static std::string Creates(int fd, int64_t length, const MmapArguments& arguments = {}) {
    const absl::StatusOr<Mmap> mmap = Create(fd, length, arguments);
    return mmap.ok() ? mmap->ToString() : Says(mmap.status());
  }
  // A mapping of a whole new file; a closed one, and a failed test, if that does not work.
  static Mmap Map(absl::string_view contents, const MmapArguments& arguments = {}) {
    const ScopedFd file = FileOf(contents);
    absl::StatusOr<Mmap> mmap = Create(file.get(), 0, arguments);
    EXPECT_TRUE(mmap.ok()) << mmap.status();
    return mmap.ok() ? *std::move(mmap) : Mmap();
  }
};

inline auto LinkedBackends() { return testing::ValuesIn(LinkedMappingBackends()); }
inline std::string BackendName(const testing::TestParamInfo<const MappingBackend*>& info) {
  return std::string(info.param->name);
}

// MmapArguments with one of its members set.
inline MmapArguments WithAccess(int access) {
  MmapArguments arguments;
  arguments.access = access;
  return arguments;
}
inline MmapArguments WithProt(int prot) {
  MmapArguments arguments;
  arguments.prot = prot;
  return arguments;
}
inline MmapArguments WithFlags(int flags) {
  MmapArguments arguments;
  arguments.flags = flags;
  return arguments;
}
inline MmapArguments WithOffset(int64_t offset) {
  MmapArguments arguments;
  arguments.offset = offset;
  return arguments;
}

}  // namespace someos::mmap

#endif  // SOMEOS_TESTING_MMAP_MMAP_TEST_H_
