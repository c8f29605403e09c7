// Mappings in forked children.

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

TEST_P(MappingForkTest, SharedMemoryIsSharedAndPrivateMemoryIsNot) {
  for (const bool can_grow : {false, true}) {
    MemoryOptions options;
    options.can_grow = can_grow;
    const std::unique_ptr<Mapping> shared = MapMemory(100, options);
    options.shared = false;
    const std::unique_ptr<Mapping> own = MapMemory(100, options);
    ASSERT_TRUE(shared != nullptr && own != nullptr);
    ExpectInChild([&] {
      shared->data()[0] = 'x';
      own->data()[0] = 'x';
    });
    EXPECT_EQ(shared->data()[0], 'x');
    EXPECT_EQ(own->data()[0], '\0');
  }
}

TEST_P(MappingForkTest, GuardsWorkInTheChild) {
  const ScopedFd file = FileOfPages(4);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  ExpectInChild([&] {
    SetSize(file, 0);
    EXPECT_EQ(guard->view().back(), '\0');
    EXPECT_THAT(guard->Done(), FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd"));
    WriteAt(file, 0, Pages(4));
    absl::StatusOr<Mapping::Guard> again = mapping->Enter();
    ASSERT_THAT(again, Succeeds());
    EXPECT_EQ(again->view(), Pages(4));
    EXPECT_THAT(again->Done(), Succeeds());
  });
  // Its loss is none of this process.
  EXPECT_EQ(guard->view(), Pages(4));
  EXPECT_THAT(guard->Done(), Succeeds());
}

TEST_P(MappingForkTest, GuardsOfOtherThreadsStayInTheChild) {
  const ScopedFd file = FileOfPages(2);
  std::unique_ptr<Mapping> mapping = MapAll(file, Guarded(Access::kWrite));
  ASSERT_NE(mapping, nullptr);
  absl::Notification entered;
  absl::Notification over;
  std::thread thread([&] {
    absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
    entered.Notify();
    over.WaitForNotification();
  });
  entered.WaitForNotification();
  ExpectInChild([&] {
    EXPECT_THAT(mapping->Resize(1), FailsWithCode(absl::StatusCode::kFailedPrecondition, "resize"));
    mapping = nullptr;
    // The next mapping is not taken for that one.
    mapping = MapAll(file, Guarded(Access::kWrite));
    ASSERT_NE(mapping, nullptr);
    EXPECT_THAT(mapping->Resize(PageSize()), Succeeds());
  });
  over.Notify();
  thread.join();
  SetSize(file, 2 * PageSize());
  EXPECT_THAT(mapping->Resize(PageSize()), Succeeds());
}

TEST_P(MappingForkTest, TheChildResizesAndUnmapsItsOwn) {
  const ScopedFd file = FileOf("hello");
  std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  ExpectInChild([&] {
    EXPECT_THAT(mapping->Resize(100'000), Succeeds());
    mapping->data()[99'999] = 'x';
    mapping = nullptr;
  });
  EXPECT_EQ(mapping->view(), "hello");
  EXPECT_EQ(ContentsOf(file).back(), 'x');
}

}  // namespace someos
