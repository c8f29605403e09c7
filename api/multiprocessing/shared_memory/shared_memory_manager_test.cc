#include "someos/api/multiprocessing/shared_memory/shared_memory_manager.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/shared_memory/shareable_list.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

auto Refused(const char* message) {
  return FailsWithCode(absl::StatusCode::kFailedPrecondition, message);
}

bool Exists(const std::string& name) { return SharedMemory::Attach(name).ok(); }

TEST(SharedMemoryManagerTest, NamesLiveUntilItShutsDown) {
  SharedMemoryManager manager;
  EXPECT_THAT(manager.Start(), Succeeds());
  std::string names[2];
  {
    const absl::StatusOr<SharedMemory> memory = manager.CreateSharedMemory(100);
    ASSERT_THAT(memory, Succeeds());
    memory->buf()[0] = 'x';
    const absl::StatusOr<ShareableList> list =
        manager.CreateShareableList({PyValue(1), PyValue::Str("two")});
    ASSERT_THAT(list, Succeeds());
    names[0] = memory->name();
    names[1] = list->shm().name();
  }
  EXPECT_EQ(SharedMemory::Attach(names[0])->buf()[0], 'x');
  EXPECT_EQ(*ShareableList::Attach(names[1])->Get(0), PyValue(1));
  EXPECT_THAT(SharedMemory::Attach(names[1])->Unlink(), Succeeds());  // by somebody else
  EXPECT_THAT(manager.Shutdown(), Succeeds());
  EXPECT_FALSE(Exists(names[0]));
  EXPECT_FALSE(Exists(names[1]));
}

TEST(SharedMemoryManagerTest, TheDestructorShutsDownButNotAChilds) {
  std::optional<SharedMemoryManager> manager(std::in_place);
  EXPECT_THAT(manager->Start(), Succeeds());
  const std::string name = manager->CreateSharedMemory(1)->name();
  ExpectInChild([&] { manager.reset(); });
  EXPECT_TRUE(Exists(name));
  manager.reset();
  EXPECT_FALSE(Exists(name));
}

// Messages of Python 3.13.
TEST(SharedMemoryManagerTest, StartsOnce) {
  SharedMemoryManager manager;
  EXPECT_THAT(manager.Shutdown(), Succeeds());
  EXPECT_THAT(manager.CreateSharedMemory(1), Refused("server not yet started"));
  EXPECT_THAT(manager.CreateShareableList({}), Refused("server not yet started"));
  EXPECT_THAT(manager.Start(), Succeeds());
  EXPECT_THAT(manager.Start(), Refused("Already started server"));
  EXPECT_THAT(manager.CreateSharedMemory(0), FailsWithCode(absl::StatusCode::kInvalidArgument, ""));
  EXPECT_THAT(manager.Shutdown(), Succeeds());
  EXPECT_THAT(manager.Shutdown(), Succeeds());
  EXPECT_THAT(manager.CreateSharedMemory(1), Refused("Manager has shut down"));
  EXPECT_THAT(manager.Start(), Refused("Manager has shut down"));
}

}  // namespace
}  // namespace someos::multiprocessing
