// Guards: files that become shorter while they are mapped.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos {

using ::testing::HasSubstr;

namespace {

constexpr absl::StatusCode kLoss = absl::StatusCode::kDataLoss;

// What a Guard sees: all bytes, and what its end reports.
struct Sight {
  std::string bytes;
  absl::Status status;
};

Sight Look(const Mapping& mapping) {
  absl::StatusOr<Mapping::Guard> guard = mapping.Enter();
  if (!guard.ok()) return {"", guard.status()};
  std::string bytes(guard->view());
  return {std::move(bytes), guard->Done()};
}

}  // namespace

TEST_P(MappingGuardTest, SeesTheFile) {
  const ScopedFd file = FileOfPages(3);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  EXPECT_TRUE(mapping->capabilities().guarded);
  const Sight sight = Look(*mapping);
  EXPECT_THAT(sight.status, Succeeds());
  EXPECT_EQ(sight.bytes, Pages(3));
}

TEST_P(MappingGuardTest, IsRefusedByMappingsThatAreNotGuarded) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file);
  ASSERT_NE(mapping, nullptr);
  EXPECT_FALSE(mapping->capabilities().guarded);
  EXPECT_THAT(mapping->Enter(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "enter: the mapping was not"));
}

TEST_P(MappingGuardTest, LostPagesReadAsZerosAndAreReportedWithBothSizes) {
  const ScopedFd file = FileOfPages(4);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  SetSize(file, PageSize());
  errno = 123;
  EXPECT_EQ(guard->view(), Pages(1) + std::string(3 * PageSize(), '\0'));
  EXPECT_EQ(errno, 123);
  const absl::Status status = guard->Done();
  EXPECT_THAT(status, FailsWithCode(kLoss, "pages of fd"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("the file is now ", PageSize(), " bytes, ", 4 * PageSize(),
                                     " were mapped")));
  EXPECT_THAT(guard->Done(), Succeeds());
}

TEST_P(MappingGuardTest, PagesThatNobodyReadAreNotReported) {
  const ScopedFd file = FileOfPages(4);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  SetSize(file, PageSize());
  EXPECT_EQ(guard->view().substr(0, PageSize()), Pages(1));
  EXPECT_THAT(guard->Done(), Succeeds());
}

TEST_P(MappingGuardTest, AllGuardsOfALossReportIt) {
  const ScopedFd file = FileOfPages(2);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> one = mapping->Enter();
  absl::StatusOr<Mapping::Guard> two = mapping->Enter();
  ASSERT_TRUE(one.ok() && two.ok());
  SetSize(file, 0);
  EXPECT_EQ(one->view().front(), '\0');
  EXPECT_THAT(two->Done(), FailsWithCode(kLoss, "pages of fd"));
  EXPECT_THAT(one->Done(), FailsWithCode(kLoss, "pages of fd"));
}

TEST_P(MappingGuardTest, TheNextSeesAFileThatHasGrownBack) {
  const ScopedFd file = FileOfPages(4);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  for (int round = 0; round < 3; ++round) {
    SetSize(file, PageSize());
    EXPECT_THAT(Look(*mapping).status, FailsWithCode(kLoss, "pages of fd"));
    EXPECT_THAT(Look(*mapping).status, FailsWithCode(kLoss, "pages of fd"));  // still short
    WriteAt(file, 0, Pages(4));
    const Sight sight = Look(*mapping);
    EXPECT_THAT(sight.status, Succeeds());
    EXPECT_EQ(sight.bytes, Pages(4));
  }
}

TEST_P(MappingGuardTest, WritesToLostPagesAreLost) {
  const ScopedFd file = FileOfPages(4);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded(Access::kWrite));
  ASSERT_NE(mapping, nullptr);
  absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
  ASSERT_THAT(guard, Succeeds());
  absl::StatusOr<absl::Span<char>> bytes = guard->mutable_view();
  ASSERT_THAT(bytes, Succeeds());
  SetSize(file, PageSize());
  for (char& byte : *bytes) byte = 'z';
  EXPECT_EQ(guard->view(), std::string(4 * PageSize(), 'z'));
  EXPECT_THAT(guard->Done(), FailsWithCode(kLoss, "pages of fd"));
  EXPECT_EQ(ContentsOf(file), std::string(PageSize(), 'z'));
  WriteAt(file, 0, Pages(4));
  EXPECT_EQ(Look(*mapping).bytes, Pages(4));
}

TEST_P(MappingGuardTest, ChangesOfThisProcessBeforeALossStay) {
  const ScopedFd file = FileOfPages(4);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded(Access::kCopy));
  ASSERT_NE(mapping, nullptr);
  SetSize(file, PageSize());
  EXPECT_THAT(Look(*mapping).status, FailsWithCode(kLoss, "pages of fd"));
  WriteAt(file, 0, Pages(4));
  EXPECT_THAT(Look(*mapping).status, Succeeds());
  mapping->data()[0] = 'y';
  mapping->data()[2 * PageSize()] = 'z';
  SetSize(file, 3 * PageSize());
  EXPECT_THAT(Look(*mapping).status, FailsWithCode(kLoss, "pages of fd"));
  WriteAt(file, 0, Pages(4));
  std::string expected = Pages(4);
  expected[0] = 'y';
  expected[2 * PageSize()] = 'z';
  EXPECT_EQ(Look(*mapping).bytes, expected);
}

TEST_P(MappingGuardTest, WorksAtAnyOffsetAndAfterResize) {
  const ScopedFd file = FileOfPages(4);
  MappingOptions options = Guarded(Access::kWrite);
  options.offset = PageSize() + 100;
  const std::unique_ptr<Mapping> mapping = MapAll(file, options);
  ASSERT_NE(mapping, nullptr);
  SetSize(file, 10);
  EXPECT_THAT(Look(*mapping).status, FailsWithCode(kLoss, "pages of fd"));
  ASSERT_THAT(mapping->Resize(500 * PageSize()), Succeeds());
  const Sight sight = Look(*mapping);
  EXPECT_THAT(sight.status, Succeeds());
  EXPECT_EQ(sight.bytes, std::string(500 * PageSize(), '\0'));
  SetSize(file, 400 * PageSize());
  EXPECT_THAT(Look(*mapping).status, FailsWithCode(kLoss, "pages of fd"));
}

TEST_P(MappingGuardTest, EndsWithItsScopeAndMayBeMoved) {
  const ScopedFd file = FileOf("hello");
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded(Access::kWrite));
  ASSERT_NE(mapping, nullptr);
  {
    absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
    ASSERT_THAT(guard, Succeeds());
    Mapping::Guard moved = *std::move(guard);
    EXPECT_EQ(moved.view(), "hello");
    absl::StatusOr<Mapping::Guard> other = mapping->Enter();
    ASSERT_THAT(other, Succeeds());
    moved = *std::move(other);
    EXPECT_FALSE(mapping->Resize(10).ok());
    std::thread([&moved] { EXPECT_THAT(moved.Done(), Succeeds()); }).join();
    EXPECT_THAT(mapping->Resize(10), Succeeds());
    moved = *mapping->Enter();
    EXPECT_FALSE(mapping->Resize(20).ok());
  }
  EXPECT_THAT(mapping->Resize(20), Succeeds());
}

// More than a thread has entries for, entered and ended in different threads.
TEST_P(MappingGuardTest, EachOfManyCounts) {
  constexpr size_t kGuards = 40;
  const ScopedFd file = FileOfPages(2);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded(Access::kWrite));
  const std::unique_ptr<Mapping> other = MapAll(file, Guarded(Access::kWrite));
  ASSERT_TRUE(mapping != nullptr && other != nullptr);
  std::vector<Mapping::Guard> guards;
  const auto enter = [&] {
    for (size_t i = 0; i < kGuards / 2; ++i) guards.push_back(*mapping->Enter());
  };
  enter();
  std::thread(enter).join();
  while (!guards.empty()) {
    EXPECT_THAT(mapping->Resize(1), FailsWithCode(absl::StatusCode::kFailedPrecondition, "resize"))
        << guards.size();
    const auto end = [&] {
      EXPECT_THAT(guards.back().Done(), Succeeds());
      guards.pop_back();
    };
    guards.size() % 3 == 0 ? std::thread(end).join() : end();
  }
  EXPECT_THAT(other->Resize(PageSize()), Succeeds());
  EXPECT_THAT(mapping->Resize(1), Succeeds());
}

// The thread that meets the loss has been given the bytes by the one that holds the Guard, which
// may have been entered by yet another.
TEST_P(MappingGuardTest, ReachesThreadsThatHaveNone) {
  const ScopedFd file = FileOfPages(2);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  for (const bool full : {false, true}) {  // of Guards, in the thread that enters
    std::vector<Mapping::Guard> others;
    if (full) {
      for (int i = 0; i < 20; ++i) others.push_back(*mapping->Enter());
    }
    std::vector<Mapping::Guard> guards;
    std::thread([&] { guards.push_back(*mapping->Enter()); }).join();
    guards.push_back(*mapping->Enter());
    EXPECT_THAT(guards.front().Done(), Succeeds());
    SetSize(file, 0);
    std::thread([&] { EXPECT_EQ(mapping->view().back(), '\0'); }).join();
    EXPECT_THAT(guards.back().Done(), FailsWithCode(kLoss, "pages of fd"));
    WriteAt(file, 0, Pages(2));
    others.clear();
    EXPECT_THAT(Look(*mapping).status, Succeeds());
  }
}

TEST_P(MappingGuardTest, ThreadsThatMeetALossAtOnce) {
  constexpr int kThreads = 8;
  constexpr size_t kPages = 64;
  const ScopedFd file = FileOfPages(kPages);
  const std::unique_ptr<Mapping> mapping = MapAll(file, Guarded());
  ASSERT_NE(mapping, nullptr);
  std::atomic<int> inside{0};
  std::atomic<bool> cut{false};
  std::vector<absl::Status> ends(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
      ++inside;
      while (!cut) std::this_thread::yield();
      for (size_t at = 0; at < kPages * PageSize(); at += 64) {
        if (guard->view()[at] != '\0') return;
      }
      ends[i] = guard->Done();
    });
  }
  while (inside < kThreads) std::this_thread::yield();
  SetSize(file, 0);
  cut = true;
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& end : ends) EXPECT_THAT(end, FailsWithCode(kLoss, "pages of fd"));
}

TEST_P(MappingGuardTest, ManyMappingsAreGuarded) {
  constexpr int kMappings = 200;
  const ScopedFd file = FileOfPages(2);
  std::vector<std::unique_ptr<Mapping>> mappings;
  mappings.reserve(kMappings);
  for (int i = 0; i < kMappings; ++i) mappings.push_back(MapAll(file, Guarded()));
  SetSize(file, 0);
  for (const std::unique_ptr<Mapping>& mapping : mappings) {
    ASSERT_NE(mapping, nullptr);
    EXPECT_THAT(Look(*mapping).status, FailsWithCode(kLoss, "pages of fd"));
  }
}

}  // namespace someos
