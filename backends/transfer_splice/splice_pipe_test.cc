#include "someos/backends/transfer_splice/splice_pipe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/testing/faults/descriptor_budget.h"

namespace someos {
namespace {

constexpr size_t kRoom = 256 * 1024;

struct Connection {
  base::OwnedFd near;
  base::OwnedFd far;
};

void MakeNonBlocking(const Connection& connection) {
  for (int fd : {connection.near.get(), connection.far.get()}) {
    ASSERT_EQ(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
  }
}

Connection UnixConnection() {
  int fds[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  Connection connection = {base::OwnedFd(fds[0]), base::OwnedFd(fds[1])};
  MakeNonBlocking(connection);
  return connection;
}

Connection TcpConnection() {
  const base::OwnedFd listener(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener.get(), generic, size), 0);
  EXPECT_EQ(listen(listener.get(), 1), 0);
  EXPECT_EQ(getsockname(listener.get(), generic, &size), 0);
  Connection connection = {base::OwnedFd(socket(AF_INET, SOCK_STREAM, 0)), {}};
  EXPECT_EQ(connect(connection.near.get(), generic, size), 0);
  connection.far.Reset(accept(listener.get(), nullptr, nullptr));
  MakeNonBlocking(connection);
  return connection;
}

void AwaitReadable(const base::OwnedFd& fd) {
  pollfd entry = {fd.get(), POLLIN, 0};
  ASSERT_EQ(poll(&entry, 1, /*timeout=*/30'000), 1);
}

class SplicePipeTest : public ::testing::TestWithParam<Connection (*)()> {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);
    absl::StatusOr<std::unique_ptr<SplicePipe>> pipe = SplicePipe::Create(kRoom);
    if (ErrnoOf(pipe.status()) == ENOSYS) GTEST_SKIP() << "this system has no splice(2)";
    ASSERT_TRUE(pipe.ok()) << pipe.status();
    pipe_ = *std::move(pipe);
  }

  void Write(absl::string_view data) {
    ASSERT_EQ(write(source_.near.get(), data.data(), data.size()), data.size());
    AwaitReadable(source_.far);
  }

  std::string Arrived() {
    AwaitReadable(sink_.far);
    char buffer[256];
    const ssize_t size = read(sink_.far.get(), buffer, sizeof(buffer));
    return size < 0 ? "" : std::string(buffer, size);
  }

  // Puts as much into the sink as it takes.
  void FillSink() {
    for (const std::string& piece : {std::string(65536, 'x'), std::string(1, 'x')}) {
      while (write(sink_.near.get(), piece.data(), piece.size()) > 0) continue;
    }
  }

  Connection source_ = GetParam()();
  Connection sink_ = GetParam()();
  std::unique_ptr<SplicePipe> pipe_;
};

TEST_P(SplicePipeTest, MovesFromSourceToSink) {
  Write("hello");
  EXPECT_EQ(pipe_->Fill(source_.far.get(), kRoom), 5);
  EXPECT_EQ(pipe_->size(), 5);
  EXPECT_EQ(pipe_->Drain(sink_.near.get()), 5);
  EXPECT_EQ(pipe_->size(), 0);
  EXPECT_EQ(Arrived(), "hello");
}

TEST_P(SplicePipeTest, TakesNoMoreThanIsAskedFor) {
  Write("hello");
  EXPECT_EQ(pipe_->Fill(source_.far.get(), 2), 2);
  EXPECT_EQ(pipe_->Drain(sink_.near.get()), 2);
  EXPECT_EQ(Arrived(), "he");
}

TEST_P(SplicePipeTest, AnEmptySourceIsTriedAgainLater) {
  EXPECT_EQ(pipe_->Fill(source_.far.get(), kRoom), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(pipe_->size(), 0);
}

TEST_P(SplicePipeTest, TheEndOfTheStream) {
  source_.near.Reset();
  AwaitReadable(source_.far);
  EXPECT_EQ(pipe_->Fill(source_.far.get(), kRoom), 0);
}

TEST_P(SplicePipeTest, AFullSinkLeavesTheBytesInThePipe) {
  FillSink();
  Write("later");
  ASSERT_EQ(pipe_->Fill(source_.far.get(), kRoom), 5);
  EXPECT_EQ(pipe_->Drain(sink_.near.get()), -1);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(pipe_->size(), 5);
}

TEST_P(SplicePipeTest, ABrokenSink) {
  Write("lost");
  ASSERT_EQ(pipe_->Fill(source_.far.get(), kRoom), 4);
  ASSERT_EQ(shutdown(sink_.near.get(), SHUT_WR), 0);
  EXPECT_EQ(pipe_->Drain(sink_.near.get()), -1);
  EXPECT_EQ(errno, EPIPE);
  EXPECT_EQ(pipe_->size(), 4);
}

std::string NameOf(const ::testing::TestParamInfo<Connection (*)()>& info) {
  return info.param == TcpConnection ? "Tcp" : "Unix";
}

INSTANTIATE_TEST_SUITE_P(Sockets, SplicePipeTest, ::testing::Values(TcpConnection, UnixConnection),
                         NameOf);

TEST(SplicePipeCreateTest, WithoutDescriptors) {
  if (ErrnoOf(SplicePipe::Create(kRoom).status()) == ENOSYS) {
    GTEST_SKIP() << "this system has no splice(2)";
  }
  const DescriptorBudget budget(1);
  EXPECT_EQ(ErrnoOf(SplicePipe::Create(kRoom).status()), EMFILE);
}

TEST(SplicePipeCreateTest, ASizeBeyondTheSystemsLimitIsNoError) {
  const absl::Status status = SplicePipe::Create(size_t{1} << 30).status();
  if (ErrnoOf(status) == ENOSYS) GTEST_SKIP() << "this system has no splice(2)";
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace someos
