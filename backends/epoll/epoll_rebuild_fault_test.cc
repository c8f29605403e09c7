// Failures while the epoll backend replaces its kernel object: for stale registrations, and after a
// fork.

#include <poll.h>

#include <cerrno>
#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/epoll/epoll_faults.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/faulty_backend.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

// A poller whose next wait replaces its kernel object: a file that was closed before it was
// unregistered is ready, and a duplicate keeps it open.
class EpollRebuildTest : public testing::Test {
 protected:
  void SetUp() override {
    poller_ = FaultyEpoll().create({}).value();
    ASSERT_THAT(poller_->Register(level_.reader.get(), Interest::kReadable, 1), Succeeds());
    ASSERT_THAT(
        poller_->Register(one_shot_.reader.get(), Interest::kReadable, 2, Trigger::kOneShot),
        Succeeds());
    const int fd = stale_.reader.get();
    ASSERT_THAT(poller_->Register(fd, Interest::kReadable, 3), Succeeds());
    duplicate_ = Duplicate(fd);
    stale_.reader.reset();
    ASSERT_THAT(poller_->Unregister(fd), Succeeds());
    WriteText(stale_.writer.get(), "x");
    // Without the second number that the object has until it is replaced.
    descriptors_ = OpenDescriptors().size() - 1;
  }

  absl::StatusOr<size_t> Wait() { return poller_->Wait(events_, absl::Milliseconds(10)); }

  // Nothing of the three has been lost, and the stale one does not make Wait spin.
  void ExpectAllWell() {
    EXPECT_EQ(Wait().value_or(9), 0u);
    WriteText(level_.writer.get(), "x");
    WriteText(one_shot_.writer.get(), "x");
    ASSERT_EQ(Wait().value_or(9), 2u);
    EXPECT_EQ(events_[0].data + events_[1].data, 3u);
    ASSERT_EQ(Wait().value_or(9), 1u);
    EXPECT_EQ(events_[0].data, 1u);
    EXPECT_LT(poller_->counters().spurious, 10u);
    EXPECT_EQ(OpenDescriptors().size(), descriptors_);
  }

  FaultPlan plan_;
  const Pipe level_, one_shot_;
  Pipe stale_;
  ScopedFd duplicate_;
  size_t descriptors_ = 0;
  std::unique_ptr<Poller> poller_;
  Event events_[8];
};

class EpollRebuildFaultTest : public EpollRebuildTest, public testing::WithParamInterface<Fault> {};

TEST_P(EpollRebuildFaultTest, WithNothingElseReadyWaitSaysSo) {
  // Once for each call of this kind: the new object's wake channel, the first registration, ...
  for (int nth = 1; nth <= 3; ++nth) {
    plan_.Fail(GetParam().call, GetParam().error, nth);
    const absl::StatusOr<size_t> count = Wait();
    const bool happened = plan_.done();
    plan_.Clear();
    if (!happened) {
      EXPECT_EQ(count.value_or(9), 0u) << count.status();
      break;
    }
    EXPECT_THAT(count, FailsWithErrno(GetParam().error, "wait: drop stale registrations"));
    EXPECT_EQ(OpenDescriptors().size(), descriptors_ + 1);
  }
  ExpectAllWell();
}

TEST_P(EpollRebuildFaultTest, WhatWasFetchedIsReported) {
  WriteText(one_shot_.writer.get(), "x");
  plan_.Fail(GetParam().call, GetParam().error);
  ASSERT_EQ(Wait().value_or(9), 1u);
  EXPECT_EQ(events_[0].data, 2u);
  EXPECT_TRUE(plan_.done());
  ReadAvailable(one_shot_.reader.get());
  EXPECT_THAT(poller_->Modify(one_shot_.reader.get(), Interest::kReadable, 2, Trigger::kOneShot),
              Succeeds());
  ExpectAllWell();
}

TEST_P(EpollRebuildFaultTest, AWakeIsNotLost) {
  ASSERT_THAT(poller_->Wake(), Succeeds());
  plan_.Fail(GetParam().call, GetParam().error);
  EXPECT_EQ(poller_->Wait(events_, absl::InfiniteDuration()).value_or(9), 0u);
  EXPECT_TRUE(plan_.done());
  EXPECT_EQ(poller_->counters().wakes, 1u);
  ExpectAllWell();
}

INSTANTIATE_TEST_SUITE_P(
    Faults, EpollRebuildFaultTest,
    testing::Values(Fault{"epoll_create1", ENFILE}, Fault{"epoll_create1", ENOMEM},
                    Fault{"epoll_ctl ADD", ENOMEM}, Fault{"epoll_ctl ADD", ENOSPC},
                    Fault{"epoll_ctl MOD", ENOMEM}),
    [](const testing::TestParamInfo<Fault>& info) { return FaultName(info.param); });

TEST_F(EpollRebuildTest, NeedsNoFreeNumber) {
  const int nested = poller_->fd().value();
  ++descriptors_;
  {
    const DescriptorBudget none(0);
    EXPECT_THAT(Wait(), Succeeds());
  }
  ExpectAllWell();
  pollfd outer = {nested, POLLIN, 0};
  EXPECT_EQ(poll(&outer, 1, 0), 1) << "the other loop still has the old object";
  ReadAvailable(level_.reader.get());
  EXPECT_EQ(Wait().value_or(9), 0u);
  EXPECT_EQ(poll(&outer, 1, 0), 0);
}

// Another thread opens something at the moment at which a number is free.
TEST_F(EpollRebuildTest, WithoutAFreeNumberAfterAllTheOldObjectStays) {
  plan_.Fail("epoll_create1", EMFILE, 1);
  plan_.Fail("epoll_create1", EMFILE, 2);
  EXPECT_THAT(Wait(), FailsWithErrno(EMFILE, "wait: drop stale registrations"));
  EXPECT_TRUE(plan_.done());
  EXPECT_EQ(OpenDescriptors().size(), descriptors_);
  WriteText(level_.writer.get(), "x");
  plan_.Fail("epoll_create1", EMFILE);
  ASSERT_EQ(Wait().value_or(9), 1u);
  EXPECT_EQ(events_[0].data, 1u);
  EXPECT_TRUE(plan_.done());
  ReadAvailable(level_.reader.get());
  ExpectAllWell();
}

}  // namespace
}  // namespace someos
