#include "someos/api/mmap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

using ::testing::HasSubstr;

// A file of this name with these contents, for the test alone.
std::string FileOf(const std::string& contents) {
  std::string path = testing::TempDir() + "/mmap_test.XXXXXX";
  const int fd = mkstemp(path.data());
  EXPECT_GE(fd, 0);
  close(fd);
  std::ofstream(path) << contents;
  return path;
}

std::string ContentsOf(const std::string& path) {
  std::ostringstream contents;
  contents << std::ifstream(path).rdbuf();
  return contents.str();
}

TEST(MmapFacade, LinksABackendThatCanBeFoundByItsName) {
  ASSERT_FALSE(LinkedMappingBackends().empty());
  for (const MappingBackend* backend : LinkedMappingBackends()) {
    const absl::StatusOr<const MappingBackend*> found = FindMappingBackend(backend->name);
    ASSERT_THAT(found, Succeeds());
    EXPECT_EQ(*found, backend);
  }
}

TEST(MmapFacade, ABackendThatIsNotLinkedIsNotFound) {
  const absl::Status status = FindMappingBackend("none").status();
  EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kNotFound, "no mapping \"none\""));
  for (const MappingBackend* backend : LinkedMappingBackends()) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(backend->name)));
  }
}

TEST(MmapFacade, APathIsMappedAndWrittenTo) {
  const std::string path = FileOf("hello world");
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = MapPath(path);
  ASSERT_THAT(mapping, Succeeds());
  EXPECT_EQ((*mapping)->view(), "hello world");
  EXPECT_EQ((*mapping)->name(), LinkedMappingBackends().front()->name);
  (*mapping)->data()[0] = 'J';
  EXPECT_THAT((*mapping)->Flush(0, 1), Succeeds());
  EXPECT_EQ(ContentsOf(path), "Jello world");
}

TEST(MmapFacade, APathThatFailsIsNamed) {
  const std::string none = testing::TempDir() + "/none";
  EXPECT_THAT(MapPath(none), FailsWithErrno(ENOENT, absl::StrCat(none, ": open")));
  const std::string empty = FileOf("");
  EXPECT_THAT(MapPath(empty), FailsWithErrno(EINVAL, absl::StrCat(empty, ": map fd ")));
}

// Opening one waits for a writer, unless it is opened not to.
TEST(MmapFacade, AFifoIsRefusedAtOnce) {
  const std::string fifo = absl::StrCat(testing::TempDir(), "/fifo.", getpid());
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const Access access : {Access::kRead, Access::kWrite}) {
    MappingOptions options;
    options.access = access;
    EXPECT_THAT(MapPath(fifo, options), FailsWithErrno(EINVAL, absl::StrCat(fifo, ": map fd ")));
  }
  unlink(fifo.c_str());
}

TEST(MmapFacade, MemoryIsZeroAndGrows) {
  MemoryOptions options;
  options.can_grow = true;
  absl::StatusOr<std::unique_ptr<Mapping>> memory = MapMemory(10, options);
  ASSERT_THAT(memory, Succeeds());
  EXPECT_EQ((*memory)->view(), std::string(10, '\0'));
  (*memory)->data()[9] = 'x';
  ASSERT_THAT((*memory)->Resize(100'000), Succeeds());
  EXPECT_EQ((*memory)->data()[9], 'x');
  EXPECT_EQ((*memory)->view().substr(10), std::string(99'990, '\0'));
}

TEST(MmapFacade, AGuardReportsAFileThatBecameShorter) {
  const std::string path = FileOf(std::string(1'000'000, 'a'));
  MappingOptions options;
  options.access = Access::kRead;
  options.guarded = true;
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = MapPath(path, options);
  ASSERT_THAT(mapping, Succeeds());
  absl::StatusOr<Mapping::Guard> guard = (*mapping)->Enter();
  ASSERT_THAT(guard, Succeeds());
  EXPECT_EQ(guard->view().back(), 'a');
  ASSERT_EQ(truncate(path.c_str(), 0), 0);
  EXPECT_EQ(guard->view().back(), '\0');
  const absl::Status lost = guard->Done();
  EXPECT_THAT(lost, FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd "));
  EXPECT_THAT(std::string(lost.message()),
              HasSubstr("the file is now 0 bytes, 1000000 were mapped"));
}

}  // namespace
}  // namespace someos
