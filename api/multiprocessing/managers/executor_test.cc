// Calls that run in the server's executor.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/managers/managed_class.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/session_testing.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/managers/types/sync_types.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::internal {
namespace {

using testing::SizeIs;

struct Account {
  int64_t balance = 0;
};

ManagedTypes Accounts() {
  ManagedClass<Account> account("Account");
  account.Constructor([](const Arguments&) { return std::make_shared<Account>(); })
      .Method("deposit",
              [](Account& self, const Arguments&) -> absl::StatusOr<PyValue> {
                return PyValue(++self.balance);
              })
      .ProxyMethod<Account>("open_child", account, [](Account& self, const Arguments&) {
        return std::make_shared<Account>(self);
      });
  ManagedTypes types = SyncTypes();
  types.Register(account.Type());
  return types;
}

// A server whose executor keeps functions until RunAll.
class ExecutorTest : public testing::Test {
 protected:
  ExecutorTest() {
    server_.state.executor = [this](absl::AnyInvocable<void()> run) {
      kept_.push_back(std::move(run));
    };
    server_.state.post = [](absl::AnyInvocable<void()> run) { run(); };
  }

  void RunAll() {
    for (absl::AnyInvocable<void()>& run : std::exchange(kept_, {})) run();
  }

  TestServer server_{Accounts()};
  std::vector<absl::AnyInvocable<void()>> kept_;
};

TEST_F(ExecutorTest, RunsMethodsOfTheProgramsObjects) {
  const std::string account = TestPeer::Create(server_, "Account");
  TestPeer peer(server_);
  peer.Send(account, "deposit");
  EXPECT_TRUE(peer.waits());
  ASSERT_THAT(kept_, SizeIs(1));
  RunAll();
  EXPECT_EQ(peer.Reply()->value, PyValue(1));
}

TEST_F(ExecutorTest, RunsMethodsOfObjectsThatMethodsReturn) {
  const std::string account = TestPeer::Create(server_, "Account");
  TestPeer peer(server_);
  peer.Send(account, "open_child");
  RunAll();
  const absl::StatusOr<ManagerReply> reply = peer.Reply();
  ASSERT_THAT(reply, Succeeds());
  const absl::StatusOr<Token> child = TokenOf((*reply->value.AsItems())[1]);
  ASSERT_THAT(child, Succeeds());
  peer.Send(child->ident, "deposit");
  EXPECT_TRUE(peer.waits());
  RunAll();
  EXPECT_EQ(peer.Reply()->value, PyValue(1));
}

TEST_F(ExecutorTest, DoesNotRunThoseOfSyncManagersTypes) {
  const std::string list = TestPeer::Create(server_, "list");
  EXPECT_EQ(*TestPeer(server_).Call(list, "__len__"), PyValue(0));
  EXPECT_THAT(kept_, SizeIs(0));
}

}  // namespace
}  // namespace someos::multiprocessing::internal
