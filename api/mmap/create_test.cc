// What Mmap::Create refuses, in which order, and with which words. All messages were recorded from
// CPython 3.13.0 on Linux.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "someos/testing/mmap/mmap_test.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos::mmap {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

class CreateTest : public MmapTest {
 protected:
  const std::string two_pages_ = std::string(2 * PageSize(), 'x');
  const ScopedFd file_ = FileOf(two_pages_);
  const ScopedFd empty_ = FileOf("");
  const int64_t page_ = static_cast<int64_t>(PageSize());
};

TEST_P(CreateTest, RefusesNegativeNumbers) {
  EXPECT_EQ(Creates(file_.get(), -1), "OverflowError: memory mapped length must be positive");
  EXPECT_EQ(Creates(file_.get(), 1, WithOffset(-1)),
            "OverflowError: memory mapped offset must be positive");
  EXPECT_EQ(Creates(file_.get(), -1, WithOffset(-1)),
            "OverflowError: memory mapped length must be positive");
  MmapArguments both = WithOffset(-1);
  both.access = 9;
  EXPECT_EQ(Creates(file_.get(), 1, both), "OverflowError: memory mapped offset must be positive");
}

TEST_P(CreateTest, AccessReplacesFlagsAndProt) {
  MmapArguments arguments = WithAccess(kAccessRead);
  arguments.flags = kMapPrivate;
  EXPECT_EQ(Creates(file_.get(), 1, arguments),
            "ValueError: mmap can't specify both access and flags, prot.");
  arguments = WithAccess(9);
  arguments.prot = kProtRead;
  EXPECT_EQ(Creates(file_.get(), 1, arguments),
            "ValueError: mmap can't specify both access and flags, prot.");
}

TEST_P(CreateTest, RefusesUnknownAccess) {
  for (const int access : {4, 9, -1}) {
    EXPECT_EQ(Creates(file_.get(), 1, WithAccess(access)),
              "ValueError: mmap invalid access parameter.");
    EXPECT_EQ(Creates(-2, 1, WithAccess(access)), "ValueError: mmap invalid access parameter.");
  }
}

TEST_P(CreateTest, RefusesMoreThanTheFileHas) {
  const std::string empty = "ValueError: cannot mmap an empty file";
  EXPECT_EQ(Creates(empty_.get(), 0), empty);
  EXPECT_EQ(Creates(empty_.get(), 0, WithOffset(page_)), empty);
  const std::string offset = "ValueError: mmap offset is greater than file size";
  EXPECT_EQ(Creates(file_.get(), 0, WithOffset(2 * page_)), offset);
  EXPECT_EQ(Creates(file_.get(), 0, WithOffset(4 * page_)), offset);
  EXPECT_EQ(Creates(file_.get(), 0, WithOffset(int64_t{1} << 62)), offset);
  const std::string length = "ValueError: mmap length is greater than file size";
  EXPECT_EQ(Creates(empty_.get(), 1), length);
  EXPECT_EQ(Creates(file_.get(), 2 * page_ + 1), length);
  EXPECT_EQ(Creates(file_.get(), 2 * page_, WithOffset(page_)), length);
  EXPECT_EQ(Creates(file_.get(), 1, WithOffset(4 * page_)), length);
  EXPECT_EQ(Creates(file_.get(), 1, WithOffset(int64_t{1} << 62)), length);
  EXPECT_EQ(ContentsOf(empty_.get()), "");
  EXPECT_EQ(ContentsOf(file_.get()), two_pages_);
}

TEST_P(CreateTest, MapsAllOrAPart) {
  EXPECT_EQ(Create(file_.get(), 0)->Length().value(), 2 * page_);
  EXPECT_EQ(Create(file_.get(), 5)->Length().value(), 5);
  EXPECT_EQ(Create(file_.get(), 0, WithOffset(page_))->Length().value(), page_);
  EXPECT_EQ(Create(file_.get(), 7, WithOffset(page_))->Length().value(), 7);
}

TEST_P(CreateTest, LeavesTheRestToTheKernel) {
  EXPECT_EQ(Creates(file_.get(), 1, WithOffset(1)), "OSError: EINVAL");
  EXPECT_EQ(Creates(file_.get(), 1, WithFlags(0)), "OSError: EINVAL");
  EXPECT_EQ(Creates(-2, 1), "OSError: EBADF");
  EXPECT_EQ(Creates(-2, 0), "OSError: EBADF");
  MmapArguments untracked;
  untracked.trackfd = false;
  EXPECT_EQ(Creates(-2, 1, untracked), "OSError: EBADF");
  int closed = 0;
  {
    const ScopedFd open = FileOf("x");
    closed = open.get();
  }
  EXPECT_EQ(Creates(closed, 1), "OSError: EBADF");
}

TEST_P(CreateTest, RefusesPipesAndDirectories) {
  const Pipe pipe;
  EXPECT_EQ(Creates(pipe.reader.get(), 1), "OSError: EACCES");
  EXPECT_EQ(Creates(pipe.writer.get(), 1), "OSError: EACCES");
  EXPECT_EQ(Creates(pipe.reader.get(), 0), "OSError: EINVAL");
  const ScopedFd directory(MustSucceed(open("/", O_RDONLY), "open"));
  EXPECT_EQ(Creates(directory.get(), 1), "OSError: EACCES");
  EXPECT_EQ(Creates(directory.get(), 0), "OSError: EINVAL");
}

TEST_P(CreateTest, NeedsADescriptorThatIsOpenForIt) {
  const std::string path = testing::TempDir() + "/create_test." + GetParam()->name.data();
  const ScopedFd write_only(
      MustSucceed(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), "open"));
  MustSucceed(write(write_only.get(), "abc", 3), "write");
  const ScopedFd read_only(MustSucceed(open(path.c_str(), O_RDONLY), "open"));
  MustSucceed(unlink(path.c_str()), "unlink");
  EXPECT_EQ(Creates(read_only.get(), 1), "OSError: EACCES");
  EXPECT_EQ(Creates(write_only.get(), 1), "OSError: EACCES");
  EXPECT_EQ(Creates(write_only.get(), 1, WithAccess(kAccessRead)), "OSError: EACCES");
  EXPECT_EQ(Says(Create(read_only.get(), 0, WithAccess(kAccessRead))->Read()), "b'abc'");
  Mmap copy = Create(read_only.get(), 0, WithAccess(kAccessCopy)).value();
  EXPECT_EQ(Says(copy.Write("xyz")), "3");
  EXPECT_EQ(Says(copy.Items({})), "b'xyz'");
  EXPECT_EQ(ContentsOf(read_only.get()), "abc");
}

TEST_P(CreateTest, MakesMemory) {
  EXPECT_EQ(Creates(-1, 0), "OSError: EINVAL");
  EXPECT_EQ(Creates(-1, 10, WithOffset(5)), "OSError: EINVAL");
  EXPECT_EQ(Creates(-1, 10, WithOffset(page_)),
            "<mmap.mmap closed=False, access=ACCESS_DEFAULT, length=10, pos=0, offset=" +
                std::to_string(page_) + ">");
  EXPECT_EQ(Create(-1, 10, WithFlags(kMapPrivate))->Items({}).value(), std::string(10, '\0'));
  EXPECT_EQ(Create(-1, 10)->Items({}).value(), std::string(10, '\0'));
  const std::string huge = Creates(-1, sizeof(void*) == 8 ? kMax : INT32_MAX);
  EXPECT_EQ(huge, "OSError: ENOMEM");
}

TEST_P(CreateTest, MapsDevZeroAsMemory) {
  const ScopedFd zero(MustSucceed(open("/dev/zero", O_RDWR), "open"));
  const absl::StatusOr<Mmap> mmap = Create(zero.get(), 5);
  ASSERT_TRUE(mmap.ok()) << mmap.status();
  EXPECT_EQ(mmap->Items({}).value(), std::string(5, '\0'));
  EXPECT_EQ(Says(mmap->Size()), "0");
  EXPECT_EQ(Creates(zero.get(), 0), "OSError: EINVAL");
}

TEST_P(CreateTest, RefusesProc) {
  const int fd = open("/proc/self/status", O_RDONLY);
  if (fd < 0) GTEST_SKIP() << "no /proc/self/status";
  const ScopedFd status(fd);
  EXPECT_EQ(Creates(status.get(), 0, WithAccess(kAccessRead)),
            "ValueError: cannot mmap an empty file");
  EXPECT_EQ(Creates(status.get(), 1, WithAccess(kAccessRead)),
            "ValueError: mmap length is greater than file size");
}

TEST_P(CreateTest, NamesTheAccessThatProtAmountsTo) {
  const auto access = [](const MmapArguments& arguments) {
    const std::string repr = Creates(FileOf("x").get(), 0, arguments);
    const size_t start = repr.find("access=") + 7;
    return repr.substr(start, repr.find(',', start) - start);
  };
  EXPECT_EQ(access({}), "ACCESS_DEFAULT");
  EXPECT_EQ(access(WithFlags(kMapPrivate)), "ACCESS_DEFAULT");
  EXPECT_EQ(access(WithAccess(kAccessRead)), "ACCESS_READ");
  EXPECT_EQ(access(WithAccess(kAccessWrite)), "ACCESS_WRITE");
  EXPECT_EQ(access(WithAccess(kAccessCopy)), "ACCESS_COPY");
  EXPECT_EQ(access(WithProt(kProtRead)), "ACCESS_READ");
  EXPECT_EQ(access(WithProt(kProtWrite)), "ACCESS_WRITE");
}

TEST_P(CreateTest, AGuardNeedsADescriptor) {
  MmapArguments arguments;
  arguments.trackfd = false;
  arguments.guarded = true;
  EXPECT_EQ(Creates(file_.get(), 0, arguments),
            "ValueError: mmap can't guard a mapping with trackfd=False.");
}

TEST_P(CreateTest, FlagsThatSayMemoryIgnoreTheFile) {
  const ScopedFd file = FileOf("abcdefghij");
  Mmap mmap = Create(file.get(), 10, WithFlags(kMapShared | kMapAnon)).value();
  EXPECT_EQ(mmap.Items({}).value(), std::string(10, '\0'));
  EXPECT_EQ(Says(mmap.Size()), "OSError: EBADF");
  EXPECT_EQ(Says(mmap.Resize(5)), "None");
  EXPECT_EQ(ContentsOf(file.get()), "abcdefghij");
}

INSTANTIATE_TEST_SUITE_P(Backends, CreateTest, LinkedBackends(), BackendName);

}  // namespace
}  // namespace someos::mmap
