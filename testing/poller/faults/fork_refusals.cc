// Between a rebuild that fails and one that succeeds a child's poller is as good as none: every
// call is refused, and the parent's kernel object is left alone.

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/poller/refusals.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// What a fork finds registered: two that are ready and report once, so that whoever looks at the
// parent's kernel object takes something from it.
class Parent {
 public:
  Parent() { WriteText(ready.far.get(), "x"); }

  const SocketPair ready;
  const ScopedFd file = TemporaryFile();
};

TEST_P(ForkFaultTest, EveryCallIsRefusedAfterARebuildWithoutDescriptors) {
  const Parent parent;
  Register(parent.ready.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  Register(parent.file.get(), Interest::kReadable, 2, Trigger::kOneShot);
  ExpectInChild([&] {
    bool rebuilt = false;
    for (int free = 0; free < 16 && !rebuilt; ++free) {
      SCOPED_TRACE(free);
      {
        const DescriptorBudget budget(free);
        const absl::Status status = poller().RebuildAfterFork();
        rebuilt = status.ok();
        if (rebuilt) break;
        EXPECT_THAT(status, FailsWithErrno(EMFILE, ""));
        ExpectRefusedAfterFork(poller(), parent.ready.near.get());
      }
      ExpectRefusedAfterFork(poller(), parent.ready.near.get());
    }
    ASSERT_TRUE(rebuilt);
    EXPECT_THAT(Wait(),
                UnorderedElementsAre(Reports(parent.ready.near.get(), Readiness::kReadable, 1),
                                     Reports(parent.file.get(), Readiness::kReadable, 2)));
    ExpectQuiet();
  });
  EXPECT_THAT(Wait(),
              UnorderedElementsAre(Reports(parent.ready.near.get(), Readiness::kReadable, 1),
                                   Reports(parent.file.get(), Readiness::kReadable, 2)));
  ExpectQuiet();
}

// A rebuild that fails may have forgotten already what the child has lost; of the poller's state
// nothing else may have changed.
TEST_P(ForkFaultTest, EveryCallIsRefusedAfterARebuildThatLostRegistrations) {
  const Parent parent;
  SocketPair closed, renamed;
  const SocketPair other;
  ScopedFd file = TemporaryFile();
  WriteText(other.far.get(), "x");
  Register(parent.ready.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  const int first_lost = closed.near.get();
  for (const int fd : {first_lost, renamed.near.get(), file.get()}) {
    Register(fd, Interest::kReadable, 3);
  }
  ExpectInChild([&] {
    closed.near.reset();
    file.reset();
    GiveNumber(renamed.near, other.near);
    for (int attempt = 0; attempt < 2; ++attempt) {
      {
        const DescriptorBudget none(0);
        EXPECT_THAT(poller().RebuildAfterFork(), FailsWithErrno(EMFILE, ""));
        ExpectRefusedAfterFork(poller(), parent.ready.near.get());
      }
      ExpectRefusedAfterFork(poller(), parent.ready.near.get());
    }
    EXPECT_THAT(
        poller().RebuildAfterFork(),
        FailsWithErrno(EBADF, absl::StrCat("rebuild after fork: register fd ", first_lost)));
    EXPECT_THAT(Wait(), ElementsAre(Reports(parent.ready.near.get(), Readiness::kReadable, 1)));
    ExpectQuiet();
    EXPECT_EQ(poller().registrations().size(), 1u);
  });
  EXPECT_EQ(poller().registrations().size(), 4u);
  EXPECT_THAT(poller().Unregister(file.get()), Succeeds());
  EXPECT_THAT(Wait(), ElementsAre(Reports(parent.ready.near.get(), Readiness::kReadable, 1)));
  ExpectQuiet();
}

TEST_P(ForkFaultTest, EveryCallIsRefusedAfterARebuildThatTheKernelRefused) {
  if (backend().creations.empty()) GTEST_SKIP() << "none of its calls can fail";
  const Parent parent;
  Register(parent.ready.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  Register(parent.file.get(), Interest::kReadable, 2, Trigger::kOneShot);
  for (const Fault& fault : backend().creations) {
    SCOPED_TRACE(testing::Message() << fault.call << ": " << ErrnoName(fault.error));
    ExpectInChild([&] {
      plan().Fail(fault.call, fault.error);
      EXPECT_THAT(poller().RebuildAfterFork(), FailsWithErrno(fault.error, ""));
      ExpectRefusedAfterFork(poller(), parent.ready.near.get());
      // Nor does its end.
      DestroyPoller();
    });
  }
  EXPECT_THAT(Wait(),
              UnorderedElementsAre(Reports(parent.ready.near.get(), Readiness::kReadable, 1),
                                   Reports(parent.file.get(), Readiness::kReadable, 2)));
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(Wait(), IsEmpty());
}

}  // namespace
}  // namespace someos
