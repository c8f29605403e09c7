#include "someos/backends/epoll/epoll_listing.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

class EpollListingTest : public testing::Test {
 protected:
  void Add(const ScopedFd& fd, uint64_t tag) {
    epoll_event event = {};
    event.data.u64 = tag;
    MustSucceed(epoll_ctl(set_.get(), EPOLL_CTL_ADD, fd.get(), &event), "epoll_ctl");
  }
  EpollListing List() const { return EpollListing::Of("test", set_.get()).value(); }

  const ScopedFd set_{MustSucceed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  const Pipe first_, second_;
};

TEST_F(EpollListingTest, FindsEachFileByItsTag) {
  constexpr uint64_t kLong = 0xfedcba9876543210;
  Add(first_.reader, kLong);
  Add(second_.reader, 7);
  const EpollListing listing = List();
  if (listing.empty()) GTEST_SKIP() << "procfs does not list the files";
  ASSERT_NE(listing.Find(kLong), nullptr);
  ASSERT_NE(listing.Find(7), nullptr);
  EXPECT_EQ(listing.Find(8), nullptr);
  EXPECT_FALSE(listing.Find(7)->SameInode(*listing.Find(kLong)));
}

TEST_F(EpollListingTest, OfTwoSetsAgreeOnAFile) {
  Add(first_.reader, 1);
  const EpollListing before = List();
  if (before.empty()) GTEST_SKIP() << "procfs does not list the files";
  MustSucceed(epoll_ctl(set_.get(), EPOLL_CTL_DEL, first_.reader.get(), nullptr), "epoll_ctl");
  Add(first_.reader, 2);
  EXPECT_TRUE(List().Find(2)->SameInode(*before.Find(1)));
}

TEST_F(EpollListingTest, FindsEveryFileUnderANumber) {
  Add(first_.reader, 1);
  const ScopedFd duplicate = Duplicate(first_.reader.get());
  GiveNumber(first_.reader, second_.reader);
  Add(first_.reader, 2);
  const EpollListing listing = List();
  if (listing.empty()) GTEST_SKIP() << "procfs does not list the files";
  ASSERT_NE(listing.Find(1), nullptr);
  ASSERT_NE(listing.Find(2), nullptr);
  EXPECT_FALSE(listing.Find(1)->SameInode(*listing.Find(2)));
}

TEST_F(EpollListingTest, OfAnEmptySetIsEmpty) { EXPECT_TRUE(List().empty()); }

TEST_F(EpollListingTest, OfWhatIsNoSetIsEmpty) {
  for (const int fd : {first_.reader.get(), -1, 1 << 30}) {
    EXPECT_TRUE(EpollListing::Of("test", fd).value().empty());
  }
}

TEST_F(EpollListingTest, NeedsADescriptorForAMoment) {
  const auto before = OpenDescriptors();
  {
    const DescriptorBudget none(0);
    EXPECT_THAT(EpollListing::Of("test", set_.get()),
                FailsWithErrno(EMFILE, "test: open /proc/thread-self/fdinfo/"));
  }
  List();
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST_F(EpollListingTest, AProgramThatIsExecutedMeanwhileDoesNotGetIt) {
  std::vector<ScopedFd> many;
  for (uint64_t tag = 0; tag < 200; ++tag) {
    many.push_back(Duplicate(first_.reader.get()));
    Add(many.back(), tag);
  }
  if (List().empty()) GTEST_SKIP() << "procfs does not list the files";
  const int next_number = Duplicate(first_.reader.get()).get();
  std::atomic<bool> seen = false;
  std::thread lists([&] {
    while (!seen) List();
  });
  int flags;
  do {
    flags = fcntl(next_number, F_GETFD);
  } while (flags == -1);
  seen = true;
  lists.join();
  EXPECT_EQ(flags, FD_CLOEXEC);
}

}  // namespace
}  // namespace someos
