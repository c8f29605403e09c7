#include "someos/api/multiprocessing/managers/session.h"

#include <cerrno>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/managed_class.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/session_testing.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::internal {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

int64_t Objects(TestServer& server) {
  return *TestPeer::Once(server, "number_of_objects", {})->AsInt();
}

TEST(SessionTest, FunctionsAnswerOnce) {
  TestServer server;
  EXPECT_TRUE(TestPeer::Once(server, "dummy", {})->is_none());
  EXPECT_EQ(Objects(server), 0);
  EXPECT_EQ(*TestPeer::Once(server, "debug_info", {}), PyValue::Str(""));
  EXPECT_FALSE(server.state.shutting_down);
  EXPECT_TRUE(TestPeer::Once(server, "shutdown", {})->is_none());
  EXPECT_TRUE(server.state.shutting_down);
}

TEST(SessionTest, AnUnknownFunctionIsRefusedAsPythonDoes) {
  TestServer server;
  const absl::Status status = TestPeer::Once(server, "system", {PyValue::Str("true")}).status();
  EXPECT_TRUE(IsRemoteError(status));
  EXPECT_THAT(std::string(status.message()), EndsWith("AssertionError: 'system' unrecognized\n"));
}

TEST(SessionTest, ObjectsLiveAsLongAsTheirReferences) {
  TestServer server;
  const std::string ident = TestPeer::Create(server, "list", {PyValue::List({PyValue(7)})});
  EXPECT_EQ(Objects(server), 1);
  EXPECT_THAT(*TestPeer::Once(server, "debug_info", {})->AsStr(),
              absl::StrCat("  ", ident, ":       refcount=1\n    [7]"));
  ASSERT_THAT(TestPeer::Once(server, "incref", {PyValue::Str(ident)}), Succeeds());
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(ident)}), Succeeds());
  TestPeer peer(server);
  EXPECT_EQ(*peer.Call(ident, "__len__"), PyValue(1));
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(ident)}), Succeeds());
  EXPECT_EQ(Objects(server), 0);
  const absl::Status gone = peer.Call(ident, "__len__").status();
  EXPECT_TRUE(IsRemoteError(gone));
  EXPECT_THAT(std::string(gone.message()), EndsWith(absl::StrCat("KeyError: '", ident, "'\n")));
  EXPECT_TRUE(IsRemoteError(TestPeer::Once(server, "decref", {PyValue::Str(ident)}).status()));
}

TEST(SessionTest, IdentsHaveOneSpelling) {
  TestServer server;
  const std::string ident = TestPeer::Create(server, "list");
  TestPeer peer(server);
  EXPECT_THAT(peer.Call(ident, "__len__"), Succeeds());
  EXPECT_TRUE(IsRemoteError(peer.Call("0" + ident, "__len__").status()));
  EXPECT_TRUE(IsRemoteError(peer.Call("0x" + ident, "__len__").status()));
  EXPECT_TRUE(IsRemoteError(peer.Call("", "__len__").status()));
}

TEST(SessionTest, MethodsThatAreNotExposedAreRefusedWithTheirNames) {
  TestServer server;
  const std::string ident = TestPeer::Create(server, "Event");
  TestPeer peer(server);
  const absl::Status status = peer.Call(ident, "__init__").status();
  EXPECT_TRUE(IsRemoteError(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("AttributeError: method '__init__' of <class 'Event'> object is not in "
                        "exposed=('is_set', 'set', 'clear', 'wait')"));
}

TEST(SessionTest, WhatHasNoMethodHasAFallback) {
  TestServer server;
  const std::string ident = TestPeer::Create(server, "list", {PyValue::List({PyValue(1)})});
  TestPeer peer(server);
  EXPECT_EQ(*peer.Call(ident, "__str__"), PyValue::Str("[1]"));
  EXPECT_EQ(*peer.Call(ident, "__repr__"), PyValue::Str("[1]"));
  EXPECT_EQ(*peer.Call(ident, "#GETVALUE"), PyValue::List({PyValue(1)}));
  const std::string lock = TestPeer::Create(server, "Lock");
  const absl::Status status = peer.Call(lock, "#GETVALUE").status();
  EXPECT_THAT(std::string(status.message()), EndsWith("TypeError: cannot pickle 'lock' object\n"));
}

TEST(SessionTest, ExceptionsArriveAsTheyWereRaised) {
  TestServer server;
  const std::string ident = TestPeer::Create(server, "list");
  TestPeer peer(server);
  const absl::Status status = peer.Call(ident, "pop").status();
  EXPECT_FALSE(IsRemoteError(status));
  EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kOutOfRange, "IndexError: pop from empty"));
  ASSERT_TRUE(RaisedException(status).has_value());
  EXPECT_EQ(RaisedException(status)->AsObject()->callable,
            PyValue::Global("builtins", "IndexError"));
}

// The texts are those of Python's str().
TEST(SessionTest, AnOsErrorHasItsErrno) {
  const absl::Status status = PythonException(
      "builtins", "FileNotFoundError",
      {PyValue(ENOENT), PyValue::Str("No such file or directory"), PyValue::Str("name")});
  EXPECT_EQ(ErrnoOf(status), ENOENT);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "FileNotFoundError: [Errno 2] No such file or directory: 'name'");
  const absl::Status text = PythonException("builtins", "OSError", "handle is closed");
  EXPECT_EQ(ErrnoOf(text), 0);
  EXPECT_EQ(text.message(), "OSError: handle is closed");
  EXPECT_EQ(ErrnoOf(PythonException("builtins", "ValueError", {PyValue(2), PyValue(3)})), 0);
}

TEST(SessionTest, GarbageGetsATracebackAndTheConnectionGoesOn) {
  TestServer server;
  const std::string ident = TestPeer::Create(server, "list");
  TestPeer peer(server);
  for (const std::string& garbage :
       {std::string("x"), std::string(), *Pickle(PyValue(1)), *Pickle(PyValue::Tuple({})),
        *Pickle(PyValue::Tuple({PyValue(1), PyValue(2), PyValue(3), PyValue(4)})),
        *WriteRequest(PyValue::Str(ident), "append", PyValue(5), TestPeer::EmptyDict(), {})}) {
    peer.SendRaw(garbage);
    EXPECT_TRUE(IsRemoteError(peer.Reply().status())) << PyValue::Bytes(garbage).ToString();
  }
  EXPECT_EQ(*peer.Call(ident, "__len__"), PyValue(0));
}

TEST(SessionTest, AMethodsObjectComesAsAProxyWithOneReference) {
  TestServer server;
  const std::string ident = TestPeer::Create(
      server, "dict", {PyValue::List({PyValue::Tuple({PyValue::Str("a"), PyValue(1)})})});
  TestPeer peer(server);
  peer.Send(ident, "__iter__");
  const absl::StatusOr<ManagerReply> reply = peer.Reply();
  ASSERT_THAT(reply, Succeeds());
  ASSERT_TRUE(reply->is_proxy);
  const absl::StatusOr<Token> token = TokenOf((*reply->value.AsItems())[1]);
  ASSERT_THAT(token, Succeeds());
  EXPECT_EQ(token->type_id, "Iterator");
  EXPECT_EQ(Objects(server), 2);
  EXPECT_EQ(*peer.Call(token->ident, "__next__"), PyValue::Str("a"));
  EXPECT_THAT(peer.Call(token->ident, "next"),
              FailsWithCode(absl::StatusCode::kOutOfRange, "StopIteration"));
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(token->ident)}), Succeeds());
  EXPECT_EQ(Objects(server), 1);
}

// Python's server forgets a reference that is on its way, and never forgets one that was nested.
TEST(SessionTest, NestedProxiesAreKeptAsLongAsTheyAreSomewhere) {
  TestServer server;
  const std::string outer = TestPeer::Create(server, "list");
  const std::string inner = TestPeer::Create(server, "list", {PyValue::List({PyValue(5)})});
  TestPeer peer(server);
  ASSERT_THAT(peer.Call(outer, "append", {server.ProxyTo("list", inner)}), Succeeds());
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(inner)}), Succeeds());
  EXPECT_EQ(*peer.Call(inner, "__len__"), PyValue(1));
  // Taken out, it is on its way to the peer.
  EXPECT_TRUE(IsProxy(*peer.Call(outer, "pop")));
  ASSERT_THAT(TestPeer::Once(server, "incref", {PyValue::Str(inner)}), Succeeds());
  EXPECT_EQ(*peer.Call(inner, "__len__"), PyValue(1));
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(inner)}), Succeeds());
  EXPECT_TRUE(IsRemoteError(peer.Call(inner, "__len__").status()));
}

// By its next message, also one that gets no reply for long.
TEST(SessionTest, APeerShowsThatItHasReadAProxy) {
  TestServer server;
  const std::string outer = TestPeer::Create(server, "list");
  const std::string inner = TestPeer::Create(server, "list");
  const std::string event = TestPeer::Create(server, "Event");
  TestPeer peer(server);
  ASSERT_THAT(peer.Call(outer, "append", {server.ProxyTo("list", inner)}), Succeeds());
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(inner)}), Succeeds());
  EXPECT_TRUE(IsProxy(*peer.Call(outer, "pop")));
  TestPeer other(server);
  EXPECT_EQ(*other.Call(inner, "__len__"), PyValue(0));
  peer.Send(event, "wait");
  EXPECT_TRUE(peer.waits());
  EXPECT_TRUE(IsRemoteError(other.Call(inner, "__len__").status()));
}

TEST(SessionTest, AChainOfProxiesIsDestroyedWithoutStack) {
  TestServer server;
  std::string first = TestPeer::Create(server, "list");
  TestPeer peer(server);
  for (int i = 0; i < 100000; ++i) {
    const std::string next =
        TestPeer::Create(server, "list", {PyValue::List({server.ProxyTo("list", first)})});
    ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(first)}), Succeeds());
    first = next;
  }
  EXPECT_EQ(Objects(server), 1);
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(first)}), Succeeds());
  EXPECT_EQ(Objects(server), 0);
}

struct Account {
  int64_t balance = 0;
  std::vector<Call> waiting;
};

absl::StatusOr<PyValue> Deposit(Account& self, const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("deposit", {"amount"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<int64_t> amount = (*bound)[0]->AsInt();
  if (!amount.ok()) return amount.status();
  if (*amount < 0) return PlainStatus(absl::StatusCode::kInvalidArgument, "amount < 0");
  self.balance += *amount;
  for (Call& call : std::exchange(self.waiting, {})) call.Return(PyValue(self.balance));
  return PyValue(self.balance);
}

ManagedTypes WithAccount() {
  ManagedClass<Account> account("Account");
  account.Constructor([](const Arguments&) { return std::make_shared<Account>(); })
      .Method("deposit", Deposit)
      .WaitingMethod("change",
                     [](Account& self, Call call) { self.waiting.push_back(std::move(call)); })
      .ProxyMethod<Account>("open", account,
                            [](Account&, const Arguments&) { return std::make_shared<Account>(); });
  ManagedTypes types;
  types.Register(account.Type());
  return types;
}

TEST(SessionTest, AClassOfTheProgramsOwn) {
  TestServer server(WithAccount());
  const std::string ident = TestPeer::Create(server, "Account");
  TestPeer peer(server);
  TestPeer waiter(server);
  waiter.Send(ident, "change");
  EXPECT_TRUE(waiter.waits());
  EXPECT_EQ(*peer.Call(ident, "deposit", {PyValue(3)}), PyValue(3));
  EXPECT_EQ(waiter.Reply()->value, PyValue(3));
  EXPECT_THAT(peer.Call(ident, "deposit", {PyValue(-1)}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "ValueError: amount < 0"));
  EXPECT_THAT(peer.Call(ident, "deposit"),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "TypeError: deposit() missing required argument 'amount'"));
  EXPECT_THAT(
      peer.Call(ident, "deposit", {}, *PyValue::Dict({{PyValue::Str("amount"), PyValue(1)}})),
      Succeeds());
  peer.Send(ident, "open");
  EXPECT_TRUE(peer.Reply()->is_proxy);
}

TEST(SessionTest, DebugInfoIsCutBetweenCharacters) {
  TestServer server;
  // 74 characters of ASCII, so that the cut would be within the next one.
  const std::string text = std::string(72, 'x') + "\u00e9\u00e9";
  TestPeer::Create(server, "list", {PyValue::List({PyValue::Str(text)})});
  const absl::StatusOr<PyValue> info = TestPeer::Once(server, "debug_info", {});
  ASSERT_THAT(info, Succeeds());
  EXPECT_THAT(std::string(*info->AsStr()), EndsWith("\n    ['" + std::string(72, 'x') + "\u00e9"));
}

TEST(SessionTest, ADictTakesAndGivesKeysThatEqualNothing) {
  TestServer server;
  const std::string ident = TestPeer::Create(server, "dict");
  TestPeer peer(server);
  const PyValue nan(std::nan(""));
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(peer.Call(ident, "__setitem__", {nan, PyValue(i)}), Succeeds());
  }
  EXPECT_EQ(*peer.Call(ident, "__contains__", {nan}), PyValue(false));
  for (int i = 2; i >= 0; --i) {
    EXPECT_EQ(*peer.Call(ident, "__len__"), PyValue(i + 1));
    EXPECT_EQ((*peer.Call(ident, "popitem")->AsItems())[1], PyValue(i));
  }
  EXPECT_EQ(*peer.Call(ident, "__len__"), PyValue(0));
  EXPECT_THAT(
      peer.Call(ident, "popitem"),
      FailsWithCode(absl::StatusCode::kNotFound, "KeyError: 'popitem(): dictionary is empty'"));
}

TEST(SessionTest, NumbersOfAnySizeAreSortedAndSliceAsInPython) {
  TestServer server;
  const PyValue exact(int64_t{9007199254740993});  // 2^53 + 1
  const PyValue rounded(9007199254740992.0);
  const PyValue large = PyValue::IntFromBytes(std::string(9, '\0') + "\1");  // 2^72
  const PyValue least(-std::numeric_limits<double>::infinity());
  const PyValue most(std::numeric_limits<double>::infinity());
  const std::string ident = TestPeer::Create(
      server, "list", {PyValue::List({most, PyValue(1e300), large, exact, rounded, least})});
  TestPeer peer(server);
  ASSERT_THAT(peer.Call(ident, "sort"), Succeeds());
  EXPECT_EQ(*peer.Call(ident, "#GETVALUE"),
            PyValue::List({least, rounded, exact, large, PyValue(1e300), most}));
  PyObjectParts slice;
  slice.callable = PyValue::Global("builtins", "slice");
  slice.args = PyValue::Tuple({PyValue(4), large, PyValue()});
  EXPECT_EQ(*peer.Call(ident, "__getitem__", {PyValue::Object(slice)}),
            PyValue::List({PyValue(1e300), most}));
}

TEST(SessionTest, AConditionTakesNoObjectThatIsOnlyCalledALock) {
  ManagedTypes types = SyncTypes();
  ManagedClass<Account> own("RLock");
  own.Constructor([](const Arguments&) { return std::make_shared<Account>(); });
  types.Register(own.Type());
  TestServer server(types);
  const std::string ident = TestPeer::Create(server, "RLock");
  const absl::Status status =
      TestPeer::Once(server, "create", {PyValue::Str("Condition"), server.ProxyTo("RLock", ident)})
          .status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("must be a Lock or an RLock"));
}

TEST(SessionTest, AClassThatMakesNoObjectFails) {
  ManagedClass<Account> account("Account");
  account.Constructor([](const Arguments& arguments) {
    return arguments.positional().empty() ? std::make_shared<Account>() : nullptr;
  });
  account.ProxyMethod<Account>(
      "open", account, [](Account&, const Arguments&) { return std::shared_ptr<Account>(); });
  ManagedTypes types;
  types.Register(account.Type());
  TestServer server(types);
  const absl::Status status =
      TestPeer::Once(server, "create", {PyValue::Str("Account"), PyValue(1)}).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("RuntimeError: no Account"));
  TestPeer peer(server);
  EXPECT_THAT(peer.Call(TestPeer::Create(server, "Account"), "open"),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "RuntimeError: no Account"));
}

// A method returns an object of a class whose name stands for another one.
TEST(SessionTest, AnObjectHasTheMethodsOfItsOwnClass) {
  ManagedClass<Account> other("Child");
  other.Method("deposit", Deposit);
  ManagedClass<Account> child("Child");
  ManagedClass<Account> account("Account");
  account.Constructor([](const Arguments&) { return std::make_shared<Account>(); })
      .ProxyMethod<Account>("open", child,
                            [](Account&, const Arguments&) { return std::make_shared<Account>(); });
  ManagedTypes types;
  types.Register(account.Type());
  types.Register(other.Type());
  TestServer server(types);
  TestPeer peer(server);
  peer.Send(TestPeer::Create(server, "Account"), "open");
  const absl::StatusOr<ManagerReply> reply = peer.Reply();
  ASSERT_THAT(reply, Succeeds());
  const std::string ident = TokenOf((*reply->value.AsItems())[1])->ident;
  EXPECT_THAT(peer.Call(ident, "deposit", {PyValue(1)}),
              FailsWithCode(absl::StatusCode::kNotFound,
                            "AttributeError: 'Child' object has no attribute 'deposit'"));
}

#ifdef ABSL_HAVE_EXCEPTIONS
TEST(SessionTest, WhatAConstructorThrowsIsARuntimeError) {
  ManagedClass<Account> account("Account");
  account
      .Constructor([](const Arguments& arguments) {
        if (arguments.positional().empty()) throw std::runtime_error("no account today");
        return std::make_shared<Account>();
      })
      .Repr([](const Account&) -> std::string { throw std::runtime_error("no text today"); });
  ManagedTypes types;
  types.Register(account.Type());
  TestServer server(types);
  const absl::Status status = TestPeer::Once(server, "create", {PyValue::Str("Account")}).status();
  EXPECT_THAT(std::string(status.message()), EndsWith("RuntimeError: no account today\n"));
  const std::string ident = TestPeer::Create(server, "Account", {PyValue(1)});
  EXPECT_EQ(*TestPeer(server).Call(ident, "__repr__"), PyValue::Str("<Account object>"));
}
#endif

TEST(SessionTest, TheDialectIsThePeers) {
  TestServer server;
  const std::string ident =
      TestPeer::Create(server, "list", {PyValue::List({PyValue::Bytes("a")})});
  std::string reply;
  const auto session =
      std::make_shared<Session>(&server.state, [&](std::string sent) { reply = std::move(sent); });
  for (const PickleDialect dialect : {PickleDialect::kAll, PickleDialect::kPython3}) {
    session->Receive(
        *WriteRequest(PyValue(), "dummy", PyValue::Tuple({}), TestPeer::EmptyDict(), {dialect}));
    EXPECT_EQ(reply[1], dialect == PickleDialect::kAll ? 2 : 4);
  }
}

}  // namespace
}  // namespace someos::multiprocessing::internal
