#include "someos/api/multiprocessing/managers/server.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/managers/managed_class.h"
#include "someos/api/multiprocessing/managers/manager_client.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/only_one.h"
#include "someos/api/multiprocessing/managers/proxy.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/server_testing.h"
#include "someos/api/multiprocessing/managers/types/sync_types.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kKey[] = "server test";

ManagerClient Connected(const ServedManager& served) {
  absl::StatusOr<ManagerClient> client = ManagerClient::Connect(served.address(), kKey);
  EXPECT_THAT(client, Succeeds());
  return *client;
}

// A connection on which nothing has been sent, not even the answer to the challenge.
Connection Silent(const ServedManager& served) { return *Client(served.address()); }

bool IsClosed(Connection& connection) {
  while (true) {
    const absl::StatusOr<std::string> message = connection.ReceiveBytes();
    if (!message.ok()) return !absl::IsDeadlineExceeded(message.status());
  }
}

TEST(ManagerServerTest, ServesObjects) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> list = client.Create("list", {PyValue::List({PyValue(2)})});
  ASSERT_THAT(list, Succeeds());
  EXPECT_THAT(list->Call("append", {PyValue(1)}), Succeeds());
  EXPECT_THAT(list->Call("sort", {}, {{"reverse", PyValue(false)}}), Succeeds());
  EXPECT_EQ(*list->GetValue(), PyValue::List({PyValue(1), PyValue(2)}));
  EXPECT_EQ(*list->Repr(), "[1, 2]");
  EXPECT_THAT(client.Create("nothing"), FailsWithCode(absl::StatusCode::kInternal, "Traceback"));
}

TEST(ManagerServerTest, TheLastCopyOfAProxyGivesTheObjectUp) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  {
    const absl::StatusOr<Proxy> dict = client.Create("dict");
    ASSERT_THAT(dict, Succeeds());
    const Proxy copy = *dict;
    EXPECT_EQ(*client.NumberOfObjects(), 1);
    const absl::StatusOr<Proxy> rebuilt = client.Rebuild(dict->ToValue());
    ASSERT_THAT(rebuilt, Succeeds());
    EXPECT_NE(client.DebugInfo()->find("refcount=2"), std::string::npos);
    EXPECT_THAT(dict->CallForProxy("__iter__"), Succeeds());
    EXPECT_FALSE(dict->Call("__iter__").ok());
  }
  EXPECT_EQ(*client.NumberOfObjects(), 0) << *client.DebugInfo();
}

TEST(ManagerServerTest, AProxyInAListLivesThere) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> outer = client.Create("list");
  ASSERT_THAT(outer, Succeeds());
  {
    const absl::StatusOr<Proxy> inner = client.Create("list", {PyValue::List({PyValue(7)})});
    ASSERT_THAT(inner, Succeeds());
    ASSERT_THAT(outer->Call("append", {inner->ToValue()}), Succeeds());
  }
  const absl::StatusOr<PyValue> value = outer->Call("pop");
  ASSERT_THAT(value, Succeeds());
  const absl::StatusOr<Proxy> again = client.Rebuild(*value);
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(*again->Call("pop"), PyValue(7));
}

TEST(ManagerServerTest, EachThreadIsAnOwnerOfLocks) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> lock = client.Create("RLock");
  ASSERT_THAT(lock, Succeeds());
  EXPECT_EQ(*lock->Call("acquire"), PyValue(true));
  EXPECT_EQ(*lock->Call("acquire"), PyValue(true));
  std::thread other([&] {
    EXPECT_EQ(*lock->Call("acquire", {PyValue(false)}), PyValue(false));
    EXPECT_THAT(lock->Call("release"), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                                     "RuntimeError: cannot release"));
  });
  other.join();
}

TEST(ManagerServerTest, WaitingCallsHoldNobodyUp) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> queue = client.Create("Queue");
  ASSERT_THAT(queue, Succeeds());
  constexpr int kThreads = 8;
  std::atomic<int64_t> sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] { sum += *queue->Call("get")->AsInt(); });
  }
  for (int i = 1; i <= kThreads; ++i) EXPECT_THAT(queue->Call("put", {PyValue(i)}), Succeeds());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, kThreads * (kThreads + 1) / 2);
}

TEST(ManagerServerTest, RequestsAreAnsweredInTurn) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> queue = client.Create("Queue");
  ASSERT_THAT(queue, Succeeds());
  Connection eager = ForCalls(served, kKey);
  const auto send = [&](const char* method) {
    return eager.SendBytes(*WriteRequest(PyValue::Str(queue->token().ident), method,
                                         PyValue::Tuple({}), *PyValue::Dict({}), {}));
  };
  for (const char* method : {"get", "qsize", "empty"}) ASSERT_THAT(send(method), Succeeds());
  EXPECT_THAT(queue->Call("put", {PyValue(5)}), Succeeds());
  for (const PyValue& expected : {PyValue(5), PyValue(0), PyValue(true)}) {
    EXPECT_EQ(ReadReply(*eager.ReceiveBytes())->value, expected);
  }
  // No more than a few.
  for (int i = 0; i < 1000; ++i) {
    if (!send("get").ok()) break;
  }
  EXPECT_TRUE(IsClosed(eager));
}

// Each is read before the next is sent: a peer that waits is looked at twice when it is ready.
TEST(ManagerServerTest, AsManyEarlyRequestsAsAreAllowedAreAnswered) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> queue = client.Create("Queue");
  ASSERT_THAT(queue, Succeeds());
  Connection eager = ForCalls(served, kKey);
  const auto send = [&](const char* method) {
    return eager.SendBytes(*WriteRequest(PyValue::Str(queue->token().ident), method,
                                         PyValue::Tuple({}), *PyValue::Dict({}), {}));
  };
  constexpr int kMostEarly = 16;
  ASSERT_THAT(send("get"), Succeeds());
  for (int i = 0; i < kMostEarly; ++i) {
    ASSERT_THAT(send("qsize"), Succeeds()) << i;
    ASSERT_THAT(client.NumberOfObjects(), Succeeds());
  }
  EXPECT_THAT(queue->Call("put", {PyValue(5)}), Succeeds());
  for (int i = 0; i <= kMostEarly; ++i) {
    const absl::StatusOr<std::string> reply = eager.ReceiveBytes();
    ASSERT_THAT(reply, Succeeds()) << i;
    EXPECT_EQ(ReadReply(*reply)->value, PyValue(i == 0 ? 5 : 0));
  }
}

TEST(ManagerServerTest, EachServerHasItsOnlyOne) {
  ManagedTypes types = SyncTypes();
  types.Register(OnlyOne("get_list", *types.Find("list")));
  types.Register(OnlyOne("get_iterator", *types.Find("Iterator")));
  const ServedManager one(kKey, types);
  const ServedManager other(kKey, types);
  const absl::StatusOr<Proxy> list = Connected(one).Create("get_list");
  ASSERT_THAT(list, Succeeds());
  EXPECT_THAT(list->Call("append", {PyValue(1)}), Succeeds());
  EXPECT_EQ(*Connected(other).Create("get_list")->Call("__len__"), PyValue(0));
  EXPECT_EQ(*Connected(one).Create("get_list")->Call("__len__"), PyValue(1));
  EXPECT_TRUE(IsRemoteError(Connected(one).Create("get_iterator").status()));
}

TEST(ManagerServerTest, TheKeyIsNeeded) {
  const ServedManager served(kKey, SyncTypes());
  EXPECT_THAT(ManagerClient::Connect(served.address(), "wrong"),
              FailsWithCode(absl::StatusCode::kUnauthenticated, ""));
  EXPECT_THAT(ManagerClient::Connect(served.address(), kKey), Succeeds());
}

TEST(ManagerServerTest, ASilentPeerIsDisconnectedAndStopsNobody) {
  ServerOptions options;
  options.handshake_timeout = absl::Milliseconds(50);
  const ServedManager served(kKey, SyncTypes(), options);
  Connection silent = Silent(served);
  EXPECT_TRUE(IsClosed(silent));
  EXPECT_THAT(Connected(served).NumberOfObjects(), Succeeds());
}

TEST(ManagerServerTest, SilentPeersBeyondTheLimitWaitTheirTurn) {
  ServerOptions options;
  options.max_handshakes = 2;
  options.handshake_timeout = absl::Milliseconds(50);
  const ServedManager served(kKey, SyncTypes(), options);
  std::vector<Connection> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(Silent(served));
  EXPECT_THAT(Connected(served).NumberOfObjects(), Succeeds());
}

// Only those are counted that have not proved the key yet.
TEST(ManagerServerTest, MoreClientsThanHandshakesAreServed) {
  ServerOptions options;
  options.max_handshakes = 2;
  const ServedManager served(kKey, SyncTypes(), options);
  std::vector<Connection> clients;
  for (int i = 0; i < 5; ++i) {
    ClientOptions within;
    within.authentication.authkey = kKey;
    within.handshake_timeout = absl::Minutes(1);
    absl::StatusOr<Connection> client = Client(served.address(), within);
    ASSERT_THAT(client, Succeeds()) << i;
    clients.push_back(*std::move(client));
  }
}

// Nothing but time tells it that there are.
TEST(ManagerServerTest, AcceptsAgainWhenThereAreDescriptorsAgain) {
  const ServedManager served(kKey, SyncTypes());
  std::optional<DescriptorBudget> budget(1);
  Connection waiting = Silent(served);  // has the last one
  EXPECT_THAT(waiting.ReceiveBytes(std::nullopt, absl::Milliseconds(20)),
              FailsWithCode(absl::StatusCode::kDeadlineExceeded, ""));
  budget.reset();
  EXPECT_THAT(waiting.ReceiveBytes(std::nullopt, absl::Minutes(1)), Succeeds());  // the challenge
}

TEST(ManagerServerTest, LiesAboutLengthsEndTheConnection) {
  ServerOptions options;
  options.max_message = 1000;
  const ServedManager served(kKey, SyncTypes(), options);
  // Before the key is proved: an answer that is too long.
  Connection early = Silent(served);
  ASSERT_THAT(early.SendBytes(std::string(300, 'x')), Succeeds());
  EXPECT_TRUE(IsClosed(early));
  Connection late = Authenticated(served, kKey);
  (void)late.SendBytes(std::string(2000, 'x'));
  EXPECT_TRUE(IsClosed(late));
  EXPECT_THAT(Connected(served).NumberOfObjects(), Succeeds());
}

TEST(ManagerServerTest, GarbageGetsATraceback) {
  const ServedManager served(kKey, SyncTypes());
  Connection garbage = Authenticated(served, kKey);
  ASSERT_THAT(garbage.SendBytes("garbage"), Succeeds());
  const absl::StatusOr<std::string> reply = garbage.ReceiveBytes();
  ASSERT_THAT(reply, Succeeds());
  EXPECT_TRUE(IsRemoteError(ReadReply(*reply).status()));
  EXPECT_TRUE(IsClosed(garbage));
}

TEST(ManagerServerTest, ShutdownEndsServe) {
  const absl::StatusOr<std::unique_ptr<ManagerServer>> server =
      ManagerServer::Create(Address::Inet("127.0.0.1", 0), kKey, SyncTypes());
  ASSERT_THAT(server, Succeeds());
  std::thread serving([&] { EXPECT_THAT((*server)->Serve(), Succeeds()); });
  const absl::StatusOr<ManagerClient> client = ManagerClient::Connect((*server)->address(), kKey);
  ASSERT_THAT(client, Succeeds());
  EXPECT_THAT(client->Shutdown(), Succeeds());
  serving.join();
}

TEST(ManagerServerTest, AForkedChildHasItsOwnReferences) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> list = client.Create("list");
  ASSERT_THAT(list, Succeeds());
  ASSERT_THAT(list->Call("append", {PyValue(1)}), Succeeds());
  ExpectInChild([&] {
    const Proxy own = *list;
    EXPECT_THAT(own.Call("append", {PyValue(2)}), Succeeds());
    EXPECT_NE(client.DebugInfo()->find("refcount=2"), std::string::npos);
  });
  EXPECT_EQ(*list->GetValue(), PyValue::List({PyValue(1), PyValue(2)}));
}

TEST(ManagerServerTest, AForkedChildCountsOneReferenceForAllItsThreads) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  const absl::StatusOr<Proxy> list = client.Create("list");
  ASSERT_THAT(list, Succeeds());
  ExpectInChild([&] {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] { EXPECT_THAT(list->Call("__len__"), Succeeds()); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(*client.DebugInfo(), HasSubstr("refcount=2"));
  });
}

struct Counter {
  std::atomic<int64_t> count = 0;
};

TEST(ManagerServerTest, MethodsRunInTheExecutorThatIsGiven) {
  std::vector<std::thread> workers;
  ServerOptions options;
  options.executor = [&workers](absl::AnyInvocable<void()> run) {
    workers.emplace_back(std::move(run));
  };
  const auto counter = std::make_shared<Counter>();
  ManagedClass<Counter> type("Counter");
  std::atomic<std::thread::id> ran_in;
  type.Constructor([&](const Arguments&) { return counter; })
      .Method("next", [&](Counter& self, const Arguments&) -> absl::StatusOr<PyValue> {
        ran_in = std::this_thread::get_id();
        return PyValue(++self.count);
      });
  ManagedTypes types;
  types.Register(type.Type());
  {
    const ServedManager served(kKey, std::move(types), options);
    const ManagerClient client = Connected(served);
    const absl::StatusOr<Proxy> proxy = client.Create("Counter");
    ASSERT_THAT(proxy, Succeeds());
    EXPECT_EQ(*proxy->Call("next"), PyValue(1));
    EXPECT_EQ(*proxy->Call("next"), PyValue(2));
    // The same object for everybody.
    EXPECT_EQ(client.Create("Counter")->token().ident, proxy->token().ident);
  }
  ASSERT_EQ(workers.size(), 2u);
  EXPECT_EQ(ran_in.load(), workers.back().get_id());
  for (std::thread& worker : workers) worker.join();
}

// Ten thousand calls, after which everything is as it was.
TEST(ManagerServerTest, RandomCallsLeaveNothingBehind) {
  const ServedManager served(kKey, SyncTypes());
  const ManagerClient client = Connected(served);
  std::minstd_rand random(42);
  constexpr int kCalls = 10000;
  ASSERT_THAT(client.Create("list")->Call("__len__"), Succeeds());  // connects this thread
  const std::set<int> before = OpenDescriptors();
  for (int round = 0; round < 2; ++round) {
    std::vector<Proxy> proxies;
    for (int i = 0; i < 10; ++i) proxies.push_back(*client.Create(i % 2 == 0 ? "list" : "dict"));
    for (int i = 0; i < kCalls / 2; ++i) {
      const size_t place = random() % proxies.size();
      const bool is_list = proxies[place].token().type_id == "list";
      switch (random() % (i % 100 == 0 ? 5 : 3)) {
        case 0:
          (void)proxies[place].Call(is_list ? "append" : "get", {PyValue(i)});
          break;
        case 1:
          (void)proxies[place].Call(is_list ? "pop" : "popitem");
          break;
        case 2:
          (void)proxies[place].Call("__len__");
          break;
        case 3:
          proxies[place] = *client.Create(is_list ? "list" : "dict");
          break;
        default:
          (void)proxies[place].Call(is_list ? "append" : "setdefault",
                                    {proxies[random() % proxies.size()].ToValue()});
      }
    }
    for (const Proxy& proxy : proxies) EXPECT_THAT(proxy.Call("clear"), Succeeds());
    proxies.clear();
    EXPECT_EQ(*client.NumberOfObjects(), 0) << *client.DebugInfo();
  }
  EXPECT_THAT(LeftOpen(before), IsEmpty());
}

}  // namespace
}  // namespace someos::multiprocessing
