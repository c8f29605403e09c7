// Clients that die while they wait for a manager's server.

#include <memory>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/managers/managed_class.h"
#include "someos/api/multiprocessing/managers/manager_client.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/proxy.h"
#include "someos/api/multiprocessing/managers/server_testing.h"
#include "someos/api/multiprocessing/managers/types/sync_types.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::IsEmpty;

constexpr char kKey[] = "dead clients";

ManagerClient Connected(const ServedManager& served) {
  absl::StatusOr<ManagerClient> client = ManagerClient::Connect(served.address(), kKey);
  EXPECT_THAT(client, Succeeds());
  return *client;
}

// Sends a call without arguments, and does not wait for the reply.
void Send(Connection& connection, const Proxy& proxy, absl::string_view method) {
  ASSERT_THAT(connection.SendBytes(*WriteRequest(PyValue::Str(proxy.token().ident), method,
                                                 PyValue::Tuple({}), *PyValue::Dict({}), {})),
              Succeeds());
}

TEST(DeadClientTest, OneThatDiesInAGetTakesNothing) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> queue = client.Create("Queue");
  ASSERT_THAT(queue, Succeeds());
  {
    Connection dead = ForCalls(served, kKey);
    Send(dead, *queue, "get");
  }
  // The server reads the end of that connection before this one's beginning, or at the same time.
  ASSERT_THAT(client.NumberOfObjects(), Succeeds());
  EXPECT_THAT(queue->Call("put", {PyValue(1)}), Succeeds());
  EXPECT_EQ(*queue->Call("get"), PyValue(1));
}

// As one that was interrupted in a call, and then killed in the next.
TEST(DeadClientTest, OneThatHasSentMoreTakesNothing) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> queue = client.Create("Queue");
  ASSERT_THAT(queue, Succeeds());
  ASSERT_THAT(queue->Call("qsize"), Succeeds());  // connects this thread
  const std::set<int> before = OpenDescriptors();
  {
    Connection dead = ForCalls(served, kKey);
    for (const char* method : {"get", "qsize"}) Send(dead, *queue, method);
  }
  ASSERT_THAT(client.NumberOfObjects(), Succeeds());
  EXPECT_THAT(queue->Call("put", {PyValue(1)}), Succeeds());
  EXPECT_EQ(*queue->Call("get", {}, {{"timeout", PyValue(60)}}), PyValue(1));
  EXPECT_THAT(LeftOpen(before), IsEmpty());
}

// Keeps the server's thread, so that it finds several connections ready when it goes on.
struct Gate {
  absl::Notification entered;
  absl::Notification opened;
};

TEST(DeadClientTest, OneWhoseEndIsSeenWithAPutTakesNothing) {
  const auto gate = std::make_shared<Gate>();
  ManagedClass<Gate> type("Gate");
  type.Constructor([&](const Arguments&) { return gate; })
      .Method("pass", [](Gate& self, const Arguments&) -> absl::StatusOr<PyValue> {
        self.entered.Notify();
        self.opened.WaitForNotification();
        return PyValue();
      });
  ManagedTypes types = SyncTypes();
  types.Register(type.Type());
  const ServedManager served(kKey, std::move(types));
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> semaphore = client.Create("Semaphore", {PyValue(0)});
  const absl::StatusOr<Proxy> gate_proxy = client.Create("Gate");
  ASSERT_THAT(semaphore, Succeeds());
  ASSERT_THAT(gate_proxy, Succeeds());

  Connection alive = ForCalls(served, kKey);
  Connection keeper = ForCalls(served, kKey);
  {
    Connection dead = ForCalls(served, kKey);
    Send(dead, *semaphore, "acquire");
    ASSERT_THAT(client.NumberOfObjects(), Succeeds());  // served after that
    Send(keeper, *gate_proxy, "pass");
    gate->entered.WaitForNotification();
    Send(alive, *semaphore, "release");
  }
  gate->opened.Notify();
  EXPECT_THAT(alive.ReceiveBytes(), Succeeds());
  EXPECT_EQ(*semaphore->Call("acquire", {PyValue(false)}), PyValue(true));
  EXPECT_THAT(keeper.ReceiveBytes(), Succeeds());
}

}  // namespace
}  // namespace someos::multiprocessing
