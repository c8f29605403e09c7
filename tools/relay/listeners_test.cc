#include "someos/tools/relay/listeners.h"

#include <errno.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ListenersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Listener::Open(AddressOf("[::1]:0")).ok()) GTEST_SKIP() << "no IPv6 on this machine";
  }

  static std::vector<SocketAddress> Addresses(const std::vector<absl::string_view>& texts) {
    std::vector<SocketAddress> addresses;
    for (absl::string_view text : texts) addresses.push_back(AddressOf(text));
    return addresses;
  }

  absl::StatusOr<std::vector<Listener>> Open(const std::vector<absl::string_view>& texts) {
    return OpenListeners(Addresses(texts), &left_out_);
  }

  std::vector<std::string> left_out_;
};

TEST_F(ListenersTest, EveryAddressOnOnePort) {
  for (const std::vector<absl::string_view>& texts : std::vector<std::vector<absl::string_view>>{
           {"[::1]:0", "127.0.0.1:0"}, {"127.0.0.1:0", "[::1]:0"}, {"[::]:0", "0.0.0.0:0"}}) {
    const absl::StatusOr<std::vector<Listener>> listeners = Open(texts);
    ASSERT_TRUE(listeners.ok()) << listeners.status();
    ASSERT_EQ(listeners->size(), 2);
    const uint16_t port = (*listeners)[0].address().port();
    EXPECT_NE(port, 0);
    EXPECT_EQ((*listeners)[1].address().port(), port);
    Peer::ConnectedTo(AddressOf("127.0.0.1:0").WithPort(port));
    Peer::ConnectedTo(AddressOf("[::1]:0").WithPort(port));
    EXPECT_THAT(left_out_, IsEmpty());
  }
}

TEST_F(ListenersTest, AnAddressThatIsNamedTwice) {
  const absl::StatusOr<std::vector<Listener>> listeners =
      Open({"127.0.0.1:0", "[::1]:0", "127.0.0.1:0"});
  ASSERT_TRUE(listeners.ok()) << listeners.status();
  EXPECT_EQ(listeners->size(), 2);
}

TEST_F(ListenersTest, AddressesOfOtherMachinesAreLeftOut) {
  const absl::StatusOr<std::vector<Listener>> listeners =
      Open({"192.0.2.1:0", "127.0.0.1:0", "[2001:db8::1]:0", "[::1]:0"});
  ASSERT_TRUE(listeners.ok()) << listeners.status();
  EXPECT_EQ(listeners->size(), 2);
  const uint16_t port = (*listeners)[0].address().port();
  EXPECT_EQ((*listeners)[1].address().port(), port);
  EXPECT_THAT(left_out_,
              ElementsAre(HasSubstr("192.0.2.1:0: bind: "), HasSubstr("[2001:db8::1]:")));
}

TEST_F(ListenersTest, OnlyAddressesOfOtherMachines) {
  const absl::Status status = Open({"192.0.2.1:0", "198.51.100.1:0"}).status();
  EXPECT_EQ(ErrnoOf(status), EADDRNOTAVAIL);
  EXPECT_THAT(std::string(status.message()), HasSubstr("198.51.100.1:0: bind: "));
}

TEST_F(ListenersTest, OneThatIsTakenFailsAll) {
  const Listener taken = Listener::Open(AddressOf("[::1]:0")).value();
  const uint16_t port = taken.address().port();
  const std::vector<SocketAddress> addresses = {AddressOf("127.0.0.1:0").WithPort(port),
                                                taken.address()};
  std::vector<std::string> left_out;
  const absl::Status status = OpenListeners(addresses, &left_out).status();
  EXPECT_EQ(ErrnoOf(status), EADDRINUSE);
  EXPECT_THAT(std::string(status.message()), HasSubstr(taken.address().ToString()));
  // The first one is free again.
  const absl::Status again = Listener::Open(addresses[0]).status();
  EXPECT_TRUE(again.ok()) << again;
}

}  // namespace
}  // namespace someos::relay
