#include "someos/tools/relay/acceptor.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/select.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/tools/relay/crew.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {
namespace {

using ::testing::ElementsAre;

// An acceptor whose loop the test is: it says which listener is ready, and for how many clients
// there is a place.
class AcceptorTest : public ::testing::Test {
 protected:
  explicit AcceptorTest(size_t listeners = 1) {
    std::vector<Listener> opened;
    for (size_t i = 0; i < listeners; ++i) {
      opened.push_back(Listener::Open(AddressOf("127.0.0.1:0")).value());
      addresses_.push_back(opened.back().address());
      fds_.push_back(opened.back().fd());
    }
    acceptor_ =
        std::make_unique<Acceptor>(poller_.get(), &crew_, std::move(opened), absl::Hours(1),
                                   &statistics_, [this](Socket* client) { return Begin(client); });
    EXPECT_TRUE(acceptor_->Start().ok());
  }

  // The listener has a client when this returns.
  void ConnectTo(size_t listener) {
    clients_.push_back(Peer::ConnectedTo(addresses_[listener]));
    AwaitReadable(fds_[listener]);
  }

  // `times` reports of the first listener as readable.
  void Report(int times) {
    for (int i = 0; i < times; ++i) EXPECT_TRUE(acceptor_->OnReady(0).ok());
  }

  size_t places_ = 1000;
  // The listener of each client that has got a place, in this order.
  std::vector<size_t> served_;
  std::vector<SocketAddress> addresses_;
  std::unique_ptr<Acceptor> acceptor_;

 private:
  absl::Status Begin(Socket* client) {
    if (places_ == 0) return absl::ResourceExhaustedError("no place");
    --places_;
    sockaddr_storage own = {};
    socklen_t size = sizeof(own);
    EXPECT_EQ(getsockname(client->fd(), reinterpret_cast<sockaddr*>(&own), &size), 0);
    const SocketAddress address(reinterpret_cast<const sockaddr*>(&own), size);
    served_.push_back(address == addresses_[0] ? 0 : 1);
    sockets_.push_back(std::move(*client));
    return absl::OkStatus();
  }

  std::vector<int> fds_;  // of the listeners
  const std::unique_ptr<Poller> poller_ = NewPoller().value();
  Crew crew_;
  Statistics statistics_;
  std::vector<Socket> sockets_;
  std::vector<Peer> clients_;
};

// Clients that give up before they are accepted are nothing to pause for, as long as others come
// between.
TEST_F(AcceptorTest, OnlyReportsInARowAreInVain) {
  constexpr int kMost = 15;
  for (int i = 0; i < 3; ++i) {
    Report(kMost);
    ConnectTo(0);
    Report(1);
    EXPECT_EQ(served_.size(), i + 1);
  }
  Report(kMost);
  EXPECT_FALSE(acceptor_->paused());
  Report(1);
  EXPECT_TRUE(acceptor_->paused());
  // After a pause they are counted anew.
  EXPECT_TRUE(acceptor_->Retry().ok());
  EXPECT_FALSE(acceptor_->paused());
  Report(kMost);
  EXPECT_FALSE(acceptor_->paused());
}

// A client that is gone before accept() returns it keeps nobody else waiting.
TEST_F(AcceptorTest, AClientThatAbortsDoesNotMakeItPause) {
  if (CLibraryFaults().empty()) GTEST_SKIP() << "calls of the C library cannot be replaced here";
  FaultPlan plan;
  for (const int error : {ECONNABORTED, EPROTO, EPERM, EINTR}) {
    SCOPED_TRACE(error);
    served_.clear();
    ConnectTo(0);
    plan.Fail("accept4", error);
    const LibraryCall call;
    Report(1);
    EXPECT_TRUE(plan.done());
    EXPECT_FALSE(acceptor_->paused());
    EXPECT_THAT(served_, ElementsAre(0));
  }
  ConnectTo(0);
  plan.Fail("accept4", EMFILE);
  const LibraryCall call;
  Report(1);
  EXPECT_TRUE(acceptor_->paused());
}

class TwoListenersTest : public AcceptorTest {
 protected:
  TwoListenersTest() : AcceptorTest(2) {}
};

// While there is room for one client at a time, the listeners take turns.
TEST_F(TwoListenersTest, NeitherWaitsUntilTheOtherHasNoMoreClients) {
  places_ = 0;
  for (int i = 0; i < 3; ++i) {
    ConnectTo(0);
    ConnectTo(1);
  }
  Report(1);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(acceptor_->paused());
    places_ = 1;
    EXPECT_TRUE(acceptor_->Retry().ok());
  }
  // One of the first listener was accepted before it paused, and is served first.
  EXPECT_THAT(served_, ElementsAre(0, 0, 1, 0, 1));
}

}  // namespace
}  // namespace someos::relay
