#include "someos/api/multiprocessing/shared_memory/shared_memory.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

SharedMemory Created(int64_t size, const SharedMemoryOptions& options = {}) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(size, std::nullopt, options);
  EXPECT_THAT(memory, Succeeds());
  return *std::move(memory);
}

bool Exists(const std::string& name) { return SharedMemory::Attach(name).ok(); }

TEST(SharedMemoryTest, WhatOneWritesAnotherReads) {
  const SharedMemory memory = Created(100);
  EXPECT_THAT(memory.name(), testing::MatchesRegex("psm_[0-9a-f]{8}"));
  EXPECT_GE(memory.size(), 100u);
  EXPECT_THAT(memory.buf(), testing::Each('\0'));
  const absl::StatusOr<SharedMemory> other = SharedMemory::Attach(memory.name());
  ASSERT_THAT(other, Succeeds());
  EXPECT_EQ(other->size(), memory.size());
  other->buf()[99] = 'x';
  EXPECT_EQ(memory.buf()[99], 'x');
}

TEST(SharedMemoryTest, AnotherProcessSharesIt) {
  const SharedMemory memory = Created(100);
  ExpectInChild([&] {
    const absl::StatusOr<SharedMemory> other = SharedMemory::Attach(memory.name());
    ASSERT_THAT(other, Succeeds());
    other->buf()[0] = 'c';
  });
  EXPECT_EQ(memory.buf()[0], 'c');
}

// The texts are those of Python 3.13.
TEST(SharedMemoryTest, RefusesWhatPythonRefuses) {
  EXPECT_EQ(Says(SharedMemory::Create(-1).status()),
            "ValueError: 'size' must be a positive integer");
  EXPECT_EQ(Says(SharedMemory::Create(0).status()),
            "ValueError: 'size' must be a positive number different from zero");
  EXPECT_EQ(Says(SharedMemory::Create(1, std::string("a\0b", 3)).status()),
            "ValueError: embedded null character");
  EXPECT_EQ(Says(SharedMemory::Attach(absl::string_view("a\0b", 3)).status()),
            "ValueError: embedded null character");
  EXPECT_EQ(Says(SharedMemory::Create(1, "").status()), "OSError: EINVAL");
  EXPECT_THAT(SharedMemory::Attach("someos_absent"),
              FailsWithErrno(ENOENT, "attach to shared memory \"/someos_absent\""));
}

TEST(SharedMemoryTest, ANameIsMadeOnce) {
  const SharedMemory memory = Created(1);
  EXPECT_THAT(SharedMemory::Create(1, memory.name()),
              FailsWithErrno(EEXIST, "create shared memory"));
}

TEST(SharedMemoryTest, MoreThanThereIsIsAnErrorAndLeavesNoName) {
  const std::set<int> before = OpenDescriptors();
  const std::string name = absl::StrCat("someos_huge_", std::random_device()());
  const absl::StatusOr<SharedMemory> memory = SharedMemory::Create(INT64_MAX, name);
  EXPECT_THAT(ErrnoOf(memory.status()), testing::AnyOf(ENOSPC, EFBIG, ENOMEM, EINVAL, EOVERFLOW))
      << memory.status();
  EXPECT_FALSE(Exists(name));
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

TEST(SharedMemoryTest, ACreatorThatTracksUnlinksAtItsEnd) {
  std::string name;
  {
    const SharedMemory memory = Created(1);
    name = memory.name();
    // Who attaches does not.
    EXPECT_TRUE(Exists(name));
    EXPECT_TRUE(Exists(name));
  }
  EXPECT_FALSE(Exists(name));
}

TEST(SharedMemoryTest, OneThatDoesNotTrackLeavesTheName) {
  SharedMemoryOptions untracked;
  untracked.track = false;
  std::string name;
  {
    const SharedMemory memory = Created(1, untracked);
    name = memory.name();
  }
  absl::StatusOr<SharedMemory> memory = SharedMemory::Attach(name);
  ASSERT_THAT(memory, Succeeds());
  EXPECT_THAT(memory->Unlink(), Succeeds());
  EXPECT_THAT(memory->Unlink(), FailsWithErrno(ENOENT, "unlink shared memory"));
}

TEST(SharedMemoryTest, MovesMoveTheDuty) {
  std::string name;
  {
    SharedMemory first = Created(1);
    SharedMemory second = std::move(first);
    name = second.name();
    first = Created(1);  // ends nothing of the second one's
    EXPECT_TRUE(Exists(name));
    const std::string replaced = first.name();
    first = std::move(second);
    EXPECT_FALSE(Exists(replaced));
    EXPECT_TRUE(Exists(name));
  }
  EXPECT_FALSE(Exists(name));
}

TEST(SharedMemoryTest, ACopyInAForkedChildDoesNotUnlink) {
  std::optional<SharedMemory> memory = Created(1);
  const std::string name = memory->name();
  ExpectInChild([&] { memory.reset(); });
  EXPECT_TRUE(Exists(name));
  memory.reset();
  EXPECT_FALSE(Exists(name));
}

TEST(SharedMemoryTest, CloseLeavesNameAndSize) {
  const std::set<int> before = OpenDescriptors();
  SharedMemory memory = Created(4096);
  memory.Close();
  memory.Close();
  EXPECT_TRUE(memory.buf().empty());
  EXPECT_EQ(memory.descriptor(), -1);
  EXPECT_GE(memory.size(), 4096u);
  EXPECT_TRUE(Exists(memory.name()));
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

TEST(SharedMemoryTest, AnonymousMemoryTravelsOverAConnection) {
  absl::StatusOr<std::pair<Connection, Connection>> pipe = Pipe();
  ASSERT_THAT(pipe, Succeeds());
  absl::StatusOr<SharedMemory> memory = SharedMemory::CreateAnonymous(100);
  ASSERT_THAT(memory, Succeeds());
  EXPECT_EQ(memory->name(), "");
  EXPECT_THAT(memory->Unlink(), Succeeds());
  ASSERT_THAT(pipe->first.SendDescriptor(memory->descriptor()), Succeeds());
  ExpectInChild([&] {
    const absl::StatusOr<int> fd = pipe->second.ReceiveDescriptor();
    ASSERT_THAT(fd, Succeeds());
    const ScopedFd received(*fd);
    const absl::StatusOr<SharedMemory> other = SharedMemory::OfDescriptor(received.get());
    ASSERT_THAT(other, Succeeds());
    ASSERT_GE(other->size(), 100u);
    other->buf()[99] = 'y';
  });
  EXPECT_EQ(memory->buf()[99], 'y');
}

TEST(SharedMemoryTest, RefusesADescriptorOfSomethingElse) {
  EXPECT_THAT(SharedMemory::OfDescriptor(-1), FailsWithErrno(EBADF, ""));
}

TEST(SharedMemoryTest, GuardsSurviveThatSomebodyTruncatesIt) {
  SharedMemoryOptions guarded;
  guarded.guarded = true;
  const SharedMemory memory = Created(1 << 16, guarded);
  memory.buf()[1 << 15] = 'x';
  absl::StatusOr<Mapping::Guard> guard = memory.mapping()->Enter();
  ASSERT_THAT(guard, Succeeds());
#ifdef __APPLE__
  GTEST_SKIP() << "macOS does not truncate shared memory";
#endif
  MustSucceed(ftruncate(memory.descriptor(), 1), "ftruncate");
  EXPECT_EQ(guard->view()[1 << 15], '\0');
  EXPECT_THAT(guard->Done(), FailsWithCode(absl::StatusCode::kDataLoss, ""));
}

}  // namespace
}  // namespace someos::multiprocessing
