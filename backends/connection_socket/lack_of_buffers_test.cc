// Writing while the system has no memory for it: ENOBUFS, which the BSDs and macOS give.

#include <cerrno>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/stream.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/socket_pair.h"

namespace someos::connection_socket {
namespace {

using base::Deadline;

class LackOfBuffersTest : public testing::Test {
 protected:
  void SetUp() override {
    if (CLibraryFaults().empty()) GTEST_SKIP() << "sendmsg() cannot be replaced here";
  }

  SocketPair pair_;
  Stream stream_{pair_.near.release()};
  FaultPlan plan_;
  LibraryCall library_call_;
};

TEST_F(LackOfBuffersTest, IsWaitedFor) {
  for (const absl::Duration timeout : {absl::InfiniteDuration(), absl::Hours(1)}) {
    for (int i = 1; i <= 3; ++i) plan_.Fail("sendmsg", ENOBUFS, i);
    Deadline deadline = Deadline::NotStarted(timeout);
    const Transfer written = stream_.Write("ab", "cd", deadline);
    EXPECT_EQ(written.end, Transfer::End::kBytes);
    EXPECT_EQ(written.count, 4u);
  }
  EXPECT_EQ(plan_.calls("sendmsg"), 8);
}

TEST_F(LackOfBuffersTest, TimesOutLikeAFullSocket) {
  plan_.Fail("sendmsg", ENOBUFS);
  Deadline now(absl::ZeroDuration());
  EXPECT_EQ(stream_.Write("ab", "", now).end, Transfer::End::kTimedOut);
  EXPECT_EQ(stream_.Write("ab", "", now).end, Transfer::End::kBytes);
}

TEST_F(LackOfBuffersTest, IsWaitedForByDescriptors) {
  plan_.Fail("sendmsg", ENOBUFS);
  Deadline deadline(absl::Hours(1));
  EXPECT_EQ(stream_.SendDescriptor(stream_.fd(), deadline).end, Transfer::End::kBytes);
  EXPECT_EQ(plan_.calls("sendmsg"), 2);
}

}  // namespace
}  // namespace someos::connection_socket
