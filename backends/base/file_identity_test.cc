#include "someos/backends/base/file_identity.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

#include "gtest/gtest.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::base {
namespace {

TEST(FileIdentityTest, ADuplicateIsTheSameFile) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const OwnedFd reader(ends[0]), writer(ends[1]), duplicate(dup(ends[0]));
  EXPECT_EQ(FileIdentity::Of(reader.get())->digest, FileIdentity::Of(duplicate.get())->digest);
}

TEST(FileIdentityTest, ANumberReusedByAnotherFileIsNoticed) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const OwnedFd first(pair[0]), second(pair[1]);
  const FileIdentity before = *FileIdentity::Of(first.get());
  ASSERT_EQ(dup2(second.get(), first.get()), first.get());
  EXPECT_NE(FileIdentity::Of(first.get())->digest, before.digest);
}

#ifdef __linux__
TEST(FileIdentityTest, TwoEventfdsAreTwoFiles) {
  const OwnedFd first(eventfd(0, 0)), second(eventfd(0, 0)), duplicate(dup(first.get()));
  EXPECT_NE(FileIdentity::Of(first.get())->digest, FileIdentity::Of(second.get())->digest);
  EXPECT_EQ(FileIdentity::Of(first.get())->digest, FileIdentity::Of(duplicate.get())->digest);
}
#endif

TEST(FileIdentityTest, FilesAndDirectoriesAreAlwaysReady) {
  const OwnedFd directory(open("/", O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(FileIdentity::Of(directory.get())->always_ready());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const OwnedFd reader(ends[0]), writer(ends[1]);
  EXPECT_FALSE(FileIdentity::Of(reader.get())->always_ready());
}

TEST(FileIdentityTest, AClosedDescriptorHasNone) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  close(ends[1]);
  EXPECT_FALSE(FileIdentity::Of(ends[0]).has_value());
  EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace someos::base
