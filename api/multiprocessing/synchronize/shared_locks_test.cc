#include "someos/api/multiprocessing/synchronize/shared_locks.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using LockOrError = absl::StatusOr<std::unique_ptr<SharedLock>>;

// Offsets in the header.
constexpr size_t kVersionAt = 8;
constexpr size_t kWordSizeAt = 12;
constexpr size_t kMechanismAt = 16;

class SharedLocksTest : public testing::Test {
 protected:
  SharedLocksTest() : memory_(*SharedMemory::CreateAnonymous(4096)) {}

  absl::Span<char> place() const { return memory_.buf().first(kSharedLockSize); }

  SharedMemory memory_;
};

TEST_F(SharedLocksTest, OneMakesItAndOthersUseIt) {
  for (const LockBackend* const backend : LinkedLockBackends()) {
    const SharedMemory memory = *SharedMemory::CreateAnonymous(4096);
    const absl::Span<char> place = memory.buf().last(kSharedLockSize);
    const LockOrError lock = CreateSharedLock(place, backend->name);
    ASSERT_THAT(lock, Succeeds());
    EXPECT_EQ((*lock)->mechanism(), backend->name);
    EXPECT_THAT((*lock)->Acquire(), Succeeds());
    ExpectInChild([&] {
      const absl::StatusOr<SharedMemory> same = SharedMemory::OfDescriptor(memory.descriptor());
      ASSERT_THAT(same, Succeeds());
      const LockOrError attached = AttachSharedLock(same->buf().last(kSharedLockSize));
      ASSERT_THAT(attached, Succeeds());
      EXPECT_EQ((*attached)->mechanism(), backend->name);
      EXPECT_THAT((*attached)->Acquire(absl::ZeroDuration()),
                  FailsWithCode(absl::StatusCode::kDeadlineExceeded, ""));
    });
    EXPECT_THAT((*lock)->Release(), Succeeds());
  }
}

TEST_F(SharedLocksTest, TheDefaultIsTheFirstThatIsLinked) {
  const LockOrError lock = CreateSharedLock(place());
  ASSERT_THAT(lock, Succeeds());
  EXPECT_EQ((*lock)->mechanism(), LinkedLockBackends().front()->name);
}

TEST_F(SharedLocksTest, AnUnknownMechanismIsRefused) {
  EXPECT_THAT(
      CreateSharedLock(place(), "magic"),
      FailsWithCode(absl::StatusCode::kNotFound, "no lock \"magic\" in this build; linked: "));
}

TEST_F(SharedLocksTest, MemoryThatIsInUseIsLeftAlone) {
  place()[kSharedLockSize - 1] = 'x';
  EXPECT_THAT(CreateSharedLock(place()), FailsWithCode(absl::StatusCode::kAlreadyExists, ""));
  place()[kSharedLockSize - 1] = '\0';
  const LockOrError lock = CreateSharedLock(place());
  ASSERT_THAT(lock, Succeeds());
  EXPECT_THAT(CreateSharedLock(place()), FailsWithCode(absl::StatusCode::kAlreadyExists, ""));
}

TEST_F(SharedLocksTest, APlaceThatDoesNotDoIsRefused) {
  for (const absl::Span<char> wrong :
       {memory_.buf().first(kSharedLockSize - 1), memory_.buf().subspan(8, kSharedLockSize),
        absl::Span<char>()}) {
    EXPECT_THAT(CreateSharedLock(wrong),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "shared"));
    EXPECT_THAT(AttachSharedLock(wrong),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "shared"));
  }
}

TEST_F(SharedLocksTest, WhereThereIsNoneNobodyAttaches) {
  EXPECT_THAT(AttachSharedLock(place()),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "shared lock: there is none"));
}

// It would mean another directory to a process that has changed its own.
TEST_F(SharedLocksTest, ARelativeTmpdirIsNotUsed) {
  const char* const value = std::getenv("TMPDIR");
  const std::optional<std::string> before =
      value == nullptr ? std::nullopt : std::optional<std::string>(value);
  ASSERT_EQ(setenv("TMPDIR", "relative", 1), 0);
  const LockOrError lock = CreateSharedLock(place(), "file");
  before.has_value() ? setenv("TMPDIR", before->c_str(), 1) : unsetenv("TMPDIR");
  if (absl::IsNotFound(lock.status()) && ErrnoOf(lock.status()) == 0) {
    GTEST_SKIP() << "locks of files are not linked";
  }
  EXPECT_THAT(lock, Succeeds());
}

TEST_F(SharedLocksTest, WhatThisProgramCannotUseIsRefused) {
  const LockOrError lock = CreateSharedLock(place());
  ASSERT_THAT(lock, Succeeds());
  const auto with_byte = [&](size_t at, char value) {
    const char before = std::exchange(place()[at], value);
    const absl::Status status = AttachSharedLock(place()).status();
    place()[at] = before;
    return status;
  };
  EXPECT_THAT(with_byte(0, 'x'), FailsWithCode(absl::StatusCode::kFailedPrecondition, "shared"));
  EXPECT_THAT(with_byte(kVersionAt, 77),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "shared lock: it has layout"));
  EXPECT_THAT(with_byte(kWordSizeAt, 2),
              FailsWithCode(absl::StatusCode::kFailedPrecondition,
                            "shared lock: it is of a program with words"));
  EXPECT_THAT(with_byte(kMechanismAt, '\n'),
              FailsWithCode(absl::StatusCode::kNotFound, "no lock \"\\n"));
  EXPECT_THAT(AttachSharedLock(place()), Succeeds());
}

}  // namespace
}  // namespace someos::multiprocessing
