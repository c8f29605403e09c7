#include "someos/backends/poller_base/file_identity.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#ifdef __linux__
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#endif

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/testing/same_inode.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos::poller_base {
namespace {

bool Same(int fd, int other) {
  return FileIdentity::Of(fd)->SameAs(FileIdentity::Of(other)->digest);
}

ino_t InodeOf(int fd) {
  struct stat status = {};
  MustSucceed(fstat(fd, &status), "fstat");
  return status.st_ino;
}

TEST(FileIdentityTest, ADuplicateIsTheSameFile) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const base::OwnedFd reader(ends[0]), writer(ends[1]), duplicate(dup(ends[0]));
  EXPECT_TRUE(Same(reader.get(), duplicate.get()));
}

TEST(FileIdentityTest, ANumberReusedByAnotherFileIsNoticed) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const base::OwnedFd first(pair[0]), second(pair[1]);
  const FileIdentity before = *FileIdentity::Of(first.get());
  ASSERT_EQ(dup2(second.get(), first.get()), first.get());
  EXPECT_FALSE(FileIdentity::Of(first.get())->SameAs(before.digest));
}

// OpenBSD and NetBSD.
bool PipesHaveNoInode(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && status.st_ino == 0;
}

TEST(FileIdentityTest, TheEndsOfAPipeAreTwoFiles) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const base::OwnedFd reader(ends[0]), writer(ends[1]);
  if (PipesHaveNoInode(reader.get())) GTEST_SKIP() << "this system gives pipes no inode";
  EXPECT_FALSE(Same(reader.get(), writer.get()));
}

TEST(FileIdentityTest, TheSameFileIsTheSame) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const base::OwnedFd reader(ends[0]), writer(ends[1]);
  const FileIdentity identity = *FileIdentity::Of(reader.get());
  EXPECT_TRUE(identity.SameAs(FileIdentity::Of(reader.get())->digest));
  // They have the time at which they were made instead, to a hundredth of a second.
  if (PipesHaveNoInode(reader.get())) absl::SleepFor(absl::Milliseconds(25));
  ASSERT_EQ(pipe(ends), 0);
  const base::OwnedFd other_reader(ends[0]), other_writer(ends[1]);
  EXPECT_FALSE(identity.SameAs(FileIdentity::Of(other_reader.get())->digest));
  ASSERT_EQ(write(writer.get(), "x", 1), 1);
  EXPECT_TRUE(identity.SameAs(FileIdentity::Of(reader.get())->digest));
}

TEST(FileIdentityTest, AFileThatIsWrittenIsTheSame) {
  const ScopedFd file = TemporaryFile();
  const FileIdentity identity = *FileIdentity::Of(file.get());
  ASSERT_EQ(write(file.get(), "text", 4), 4);
  EXPECT_TRUE(identity.SameAs(FileIdentity::Of(file.get())->digest));
  EXPECT_FALSE(identity.SameAs(FileIdentity::Of(TemporaryFile().get())->digest));
}

TEST(FileIdentityTest, ConnectionsOfOneListenerAreTwoFiles) {
  TcpServer server;
  server.Listen();
  int error = 0;
  const ScopedFd first_client = server.BeginConnect(&error);
  const ScopedFd first = server.Accept();
  const ScopedFd second_client = server.BeginConnect(&error);
  const ScopedFd second = server.Accept();
  const FileIdentity identity = *FileIdentity::Of(first.get());
  EXPECT_TRUE(identity.SameAs(FileIdentity::Of(first.get())->digest));
  EXPECT_FALSE(identity.SameAs(FileIdentity::Of(second.get())->digest));
  EXPECT_FALSE(identity.SameAs(FileIdentity::Of(first_client.get())->digest));
  // The same where there is no inode to tell.
  EXPECT_TRUE(PortsAgree(SocketPorts(first.get()), SocketPorts(first.get())));
  EXPECT_FALSE(PortsAgree(SocketPorts(first.get()), SocketPorts(second.get())));
  EXPECT_FALSE(PortsAgree(SocketPorts(first.get()), SocketPorts(first_client.get())));
}

TEST(FileIdentityTest, ASocketStaysTheSameWhileItConnects) {
  TcpServer server;
  const FileIdentity bound = *FileIdentity::Of(server.fd());
  server.Listen();
  EXPECT_TRUE(FileIdentity::Of(server.fd())->SameAs(bound.digest));
  const ScopedFd client(socket(AF_INET, SOCK_STREAM, 0));
  const uint32_t fresh = SocketPorts(client.get());
  const FileIdentity identity = *FileIdentity::Of(client.get());
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  ASSERT_EQ(getsockname(server.fd(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_EQ(connect(client.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_TRUE(FileIdentity::Of(client.get())->SameAs(identity.digest));
  EXPECT_NE(SocketPorts(client.get()), fresh);
  EXPECT_TRUE(PortsAgree(SocketPorts(client.get()), fresh));
}

TEST(FileIdentityTest, OneInodeNumberOnTwoFileSystemsIsTwoFiles) {
  const std::optional<SameInode> pair = FindSameInode();
  if (!pair.has_value()) GTEST_SKIP() << "no two files of one inode number were found";
  const FileIdentity first = *FileIdentity::Of(pair->first.get());
  const FileIdentity second = *FileIdentity::Of(pair->second.get());
  EXPECT_EQ(first.mode & S_IFMT, second.mode & S_IFMT);
  EXPECT_FALSE(first.SameAs(second.digest));
  EXPECT_FALSE(second.SameAs(first.digest));
  // Also without the births and handles, which not every file system has.
  FileDigest number_alone = second.digest;
  number_alone.birth = number_alone.generation = 0;
  EXPECT_FALSE(first.SameAs(number_alone));
  EXPECT_TRUE(first.SameAs(FileIdentity::Of(Duplicate(pair->first.get()).get())->digest));
}

// Consecutive inode numbers, and half a digest, are told apart, too.
TEST(FileIdentityTest, ManyFilesAreManyFiles) {
  std::set<uint32_t> digests;
  std::vector<ScopedFd> files;
  for (int i = 0; i < 50; ++i) {
    files.push_back(TemporaryFile());
    digests.insert(FileIdentity::Of(files.back().get())->digest.file);
  }
  EXPECT_EQ(digests.size(), files.size());
}

// Where the system has something to tell them by. Some file systems give a new file the number of
// one that was deleted just before.
TEST(FileIdentityTest, ANewFileWithTheInodeNumberOfADeletedOneIsAnotherFile) {
#ifndef __linux__
  GTEST_SKIP() << "this system's fstat() does not tell them apart";
#endif
  for (int attempt = 0; attempt < 50; ++attempt) {
    ScopedFd old = TemporaryFile();
    const ino_t number = InodeOf(old.get());
    const FileIdentity identity = *FileIdentity::Of(old.get());
    EXPECT_TRUE(identity.SameAs(FileIdentity::Of(old.get())->digest));
    old.reset();
    const ScopedFd young = TemporaryFile();
    if (InodeOf(young.get()) != number) continue;
    if (identity.digest.generation == 0) GTEST_SKIP() << "the file system makes no handles";
    EXPECT_FALSE(FileIdentity::Of(young.get())->SameAs(identity.digest));
    return;
  }
  GTEST_SKIP() << "the file system does not use inode numbers again at once";
}

TEST(FileIdentityTest, WhatIsUnknownMatchesEverything) {
  const auto same = [](const FileDigest& some, const FileDigest& other) {
    return FileIdentity{some, S_IFREG}.SameAs(other) && FileIdentity{other, S_IFREG}.SameAs(some);
  };
  EXPECT_TRUE(same({1, 2, 3}, {1, 0, 0}));
  EXPECT_TRUE(same({1, 2, 3}, {1, 2, 0}));
  EXPECT_TRUE(same({1, 2, 0}, {1, 0, 3}));
  EXPECT_FALSE(same({1, 2, 3}, {2, 2, 3}));
  EXPECT_FALSE(same({1, 2, 3}, {1, 9, 0}));
  EXPECT_FALSE(same({1, 2, 3}, {1, 2, 9}));
  // overlayfs: what is written for the first time is a copy, made then.
  EXPECT_TRUE(same({1, 2, 3}, {1, 9, 3}));
}

TEST(FileIdentityTest, AQuickLookFindsTheSameFile) {
  const ScopedFd file = TemporaryFile(), other = TemporaryFile();
  EXPECT_TRUE(FileIdentity::Of(file.get())->SameAs(FileIdentity::QuickOf(file.get())->digest));
  EXPECT_TRUE(FileIdentity::QuickOf(file.get())->SameAs(FileIdentity::Of(file.get())->digest));
  EXPECT_FALSE(FileIdentity::QuickOf(file.get())->SameAs(FileIdentity::Of(other.get())->digest));
}

#ifdef __linux__
TEST(FileIdentityTest, APathOnlyHasNone) {
  const ScopedFd path(open("/", O_PATH | O_CLOEXEC));
  EXPECT_FALSE(FileIdentity::Of(path.get()).has_value());
  EXPECT_EQ(errno, EBADF);
}

// A thread may leave the table of descriptors that the process began with.
TEST(FileIdentityTest, AThreadsOwnTableIsRead) {
  const ScopedFd number(eventfd(0, EFD_CLOEXEC)), other(eventfd(0, EFD_CLOEXEC));
  const FileIdentity before = *FileIdentity::Of(number.get());
  bool possible = false, same = true;
  std::thread([&] {
    possible = unshare(CLONE_FILES) == 0;
    if (!possible) return;
    GiveNumber(number, other);
    same = FileIdentity::Of(number.get())->SameAs(before.digest);
  }).join();
  if (!possible) GTEST_SKIP() << "unshare(CLONE_FILES) is denied";
  EXPECT_FALSE(same);
  EXPECT_TRUE(FileIdentity::Of(number.get())->SameAs(before.digest));
}

TEST(FileIdentityTest, TwoEventfdsAreTwoFiles) {
  const base::OwnedFd first(eventfd(0, 0)), second(eventfd(0, 0)), duplicate(dup(first.get()));
  EXPECT_FALSE(Same(first.get(), second.get()));
  EXPECT_TRUE(Same(first.get(), duplicate.get()));
}

// What tells eventfds apart takes a descriptor to read.
TEST(FileIdentityTest, EventfdsAndTimerfdsAreThemselvesWithoutDescriptors) {
  const base::OwnedFd event(eventfd(0, 0)), timer(timerfd_create(CLOCK_MONOTONIC, 0));
  const FileIdentity before = *FileIdentity::Of(event.get());
  const FileIdentity other = *FileIdentity::Of(timer.get());
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {0, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const FileIdentity meanwhile = *FileIdentity::Of(event.get());
  const FileIdentity other_meanwhile = *FileIdentity::Of(timer.get());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(meanwhile.SameAs(before.digest));
  EXPECT_TRUE(before.SameAs(meanwhile.digest));
  EXPECT_TRUE(other_meanwhile.SameAs(other.digest));
  EXPECT_TRUE(other.SameAs(other_meanwhile.digest));
  EXPECT_FALSE(before.SameAs(other.digest));
}
#endif

TEST(FileIdentityTest, FilesAndDirectoriesAreAlwaysReady) {
  const base::OwnedFd directory(open("/", O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(FileIdentity::Of(directory.get())->always_ready());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const base::OwnedFd reader(ends[0]), writer(ends[1]);
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
}  // namespace someos::poller_base
