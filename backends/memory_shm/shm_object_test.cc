#include "someos/backends/memory_shm/shm_object.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/statvfs.h>
#endif

#include <cerrno>
#include <cstdint>
#include <random>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/status_matchers.h"

namespace someos::memory_shm {
namespace {

// A system whose memory is used up, or that cannot allocate.
class FaultySystem final : public mapping_base::MappingSystem {
 public:
  explicit FaultySystem(int error) : error_(error) {}
  int Allocate(int, uint64_t, uint64_t) const override { return error_; }

 private:
  const int error_;
};

class ShmObjectTest : public testing::Test {
 protected:
  ~ShmObjectTest() override { static_cast<void>(Unlink(name_)); }

  // Short: macOS allows 31 characters. Not the process's number, which is the same in several
  // sandboxes that share the names.
  const std::string name_ = absl::StrCat("/someos_t", std::random_device()());
};

TEST_F(ShmObjectTest, HasTheSizeAndIsForThisUserAlone) {
  const absl::StatusOr<base::OwnDescriptor> object = Create(name_, 12345);
  ASSERT_THAT(object, Succeeds());
  struct stat status;
  ASSERT_EQ(fstat(object->get(), &status), 0);
#ifdef __APPLE__
  EXPECT_GE(status.st_size, 12345);  // whole pages
#else
  EXPECT_EQ(status.st_size, 12345);
#endif
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_TRUE(IsCloseOnExec(object->get()));
}

TEST_F(ShmObjectTest, IsAllocatedAtOnce) {
#ifndef __linux__
  GTEST_SKIP() << "not every system allocates at once";
#endif
  const absl::StatusOr<base::OwnDescriptor> object = Create(name_, 1 << 20);
  ASSERT_THAT(object, Succeeds());
  struct stat status;
  ASSERT_EQ(fstat(object->get(), &status), 0);
  EXPECT_GE(status.st_blocks, (1 << 20) / 512);
}

TEST_F(ShmObjectTest, ExistsOnceAndUntilItIsUnlinked) {
  const absl::StatusOr<base::OwnDescriptor> object = Create(name_, 1);
  ASSERT_THAT(object, Succeeds());
  EXPECT_THAT(Create(name_, 1), FailsWithErrno(EEXIST, "create shared memory \"/someos_t"));
  EXPECT_THAT(Open(name_), Succeeds());
  EXPECT_THAT(Unlink(name_), Succeeds());
  EXPECT_THAT(Unlink(name_), FailsWithErrno(ENOENT, "unlink shared memory"));
  EXPECT_THAT(Open(name_), FailsWithErrno(ENOENT, "attach to shared memory"));
}

TEST_F(ShmObjectTest, TooLittleMemoryIsAnErrorAndLeavesNothing) {
  const std::set<int> before = OpenDescriptors();
  const FaultySystem full(ENOSPC);
  EXPECT_THAT(Create(name_, 1 << 20, full), FailsWithErrno(ENOSPC, "create shared memory"));
  EXPECT_THAT(CreateAnonymous(1 << 20, full), FailsWithErrno(ENOSPC, "create shared memory"));
  EXPECT_THAT(Open(name_), FailsWithErrno(ENOENT, "attach to shared memory"));
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

TEST_F(ShmObjectTest, MoreThanTheSystemHasIsAnError) {
#ifdef __linux__
  struct statvfs room;
  if (statvfs("/dev/shm", &room) != 0 || room.f_blocks == 0) {
    GTEST_SKIP() << "/dev/shm has no limit";
  }
  // More than there could ever be: the kernel refuses that before it begins to allocate.
  const uint64_t more = (uint64_t{room.f_blocks} + 1) * room.f_frsize;
  EXPECT_THAT(Create(name_, more), FailsWithErrno(ENOSPC, "create shared memory"));
  EXPECT_THAT(Open(name_), FailsWithErrno(ENOENT, "attach to shared memory"));
#else
  GTEST_SKIP() << "how much shared memory there is cannot be asked here";
#endif
}

// Each signal interrupts the kernel, which begins anew then.
TEST_F(ShmObjectTest, SignalsOfATimerDoNotKeepItFromItsEnd) {
  constexpr uint64_t kSize = uint64_t{128} << 20;
  struct sigaction ignoring = {};
  ignoring.sa_handler = [](int) {};
  struct sigaction before;
  ASSERT_EQ(sigaction(SIGPROF, &ignoring, &before), 0);
  const itimerval often = {{0, 2000}, {0, 2000}};
  ASSERT_EQ(setitimer(ITIMER_PROF, &often, nullptr), 0);
  const absl::StatusOr<base::OwnDescriptor> object = CreateAnonymous(kSize);
  const itimerval never = {};
  ASSERT_EQ(setitimer(ITIMER_PROF, &never, nullptr), 0);
  ASSERT_EQ(sigaction(SIGPROF, &before, nullptr), 0);
  ASSERT_THAT(object, Succeeds());
  EXPECT_EQ(lseek(object->get(), 0, SEEK_END), static_cast<off_t>(kSize));
}

TEST_F(ShmObjectTest, ASystemThatCannotAllocateGivesTheSize) {
  const FaultySystem cannot(EOPNOTSUPP);
  const absl::StatusOr<base::OwnDescriptor> object = Create(name_, 4096, cannot);
  ASSERT_THAT(object, Succeeds());
  EXPECT_EQ(lseek(object->get(), 0, SEEK_END), 4096);
}

TEST_F(ShmObjectTest, AnonymousOnesHaveNoNameToFind) {
  const absl::StatusOr<base::OwnDescriptor> object = CreateAnonymous(4096);
  ASSERT_THAT(object, Succeeds());
  struct stat status;
  ASSERT_EQ(fstat(object->get(), &status), 0);
  EXPECT_EQ(status.st_size, 4096);
  EXPECT_EQ(status.st_nlink, 0u);
}

TEST_F(ShmObjectTest, RefusesWhatIsNoName) {
  EXPECT_FALSE(Create("/", 1).ok());
  EXPECT_FALSE(Create("/a/b", 1).ok());
  EXPECT_FALSE(Create("/" + std::string(10000, 'a'), 1).ok());
}

}  // namespace
}  // namespace someos::memory_shm
