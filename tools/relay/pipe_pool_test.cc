#include "someos/tools/relay/pipe_pool.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/backends/transfer_splice/splice_pipe.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {
namespace {

constexpr size_t kRoom = 64 * 1024;

class PipePoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (ErrnoOf(SplicePipe::Create(kRoom).status()) == ENOSYS) {
      GTEST_SKIP() << "this system has no splice(2)";
    }
  }

  PipePool pool_{kRoom};
};

TEST_F(PipePoolTest, TheSamePipeServesAgain) {
  const SplicePipe* first = nullptr;
  {
    const PipePool::Pipe pipe = pool_.Borrow();
    ASSERT_NE(pipe, nullptr);
    first = pipe.get();
  }
  // Not even one descriptor is needed.
  const DescriptorBudget budget(0);
  EXPECT_EQ(pool_.Borrow().get(), first);
}

TEST_F(PipePoolTest, APipeWithDataInItIsNotUsedAgain) {
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  const Socket near(fds[0]);
  const Socket far(fds[1]);
  ASSERT_EQ(send(near.fd(), "secret", 6, 0), 6);
  {
    const PipePool::Pipe pipe = pool_.Borrow();
    ASSERT_NE(pipe, nullptr);
    ASSERT_EQ(pipe->Fill(far.fd(), kRoom), 6);
  }
  const PipePool::Pipe next = pool_.Borrow();
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->size(), 0);
  ASSERT_EQ(fcntl(near.fd(), F_SETFL, O_NONBLOCK), 0);
  ASSERT_EQ(send(far.fd(), "other", 5, 0), 5);
  ASSERT_EQ(next->Fill(near.fd(), kRoom), 5);
  EXPECT_EQ(next->Drain(near.fd()), 5);
  char buffer[16];
  ASSERT_EQ(recv(far.fd(), buffer, sizeof(buffer), 0), 5);
  EXPECT_EQ(std::string(buffer, 5), "other");
}

TEST_F(PipePoolTest, LendsOnlySoMany) {
  std::vector<PipePool::Pipe> lent;
  for (size_t i = 0; i < PipePool::kMostLent; ++i) {
    lent.push_back(pool_.Borrow());
    ASSERT_NE(lent.back(), nullptr);
  }
  EXPECT_EQ(pool_.Borrow(), nullptr);
  lent.pop_back();
  EXPECT_NE(pool_.Borrow(), nullptr);
}

TEST_F(PipePoolTest, WithoutDescriptorsThereIsNoneForNow) {
  {
    const DescriptorBudget budget(1);
    EXPECT_EQ(pool_.Borrow(), nullptr);
  }
  EXPECT_NE(pool_.Borrow(), nullptr);
}

TEST_F(PipePoolTest, GivesNoneOnceItHasGivenUp) {
  EXPECT_NE(pool_.Borrow(), nullptr);
  pool_.GiveUp();
  EXPECT_EQ(pool_.Borrow(), nullptr);
}

}  // namespace
}  // namespace someos::relay
