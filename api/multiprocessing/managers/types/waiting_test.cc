// Calls that wait: for items, locks, events and each other.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/session_testing.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::internal {
namespace {

PyValue True() { return PyValue(true); }
PyValue False() { return PyValue(false); }

absl::Status RaisedBy(TestPeer& peer) { return peer.Reply().status(); }

TEST(WaitingTest, AGetWaitsForAPut) {
  TestServer server;
  const std::string queue = TestPeer::Create(server, "Queue");
  TestPeer first(server);
  TestPeer second(server);
  TestPeer putter(server);
  first.Send(queue, "get");
  second.Send(queue, "get");
  EXPECT_TRUE(first.waits() && second.waits());
  ASSERT_THAT(putter.Call(queue, "put", {PyValue(1)}), Succeeds());
  ASSERT_THAT(putter.Call(queue, "put", {PyValue(2)}), Succeeds());
  EXPECT_EQ(first.Reply()->value, PyValue(1));
  EXPECT_EQ(second.Reply()->value, PyValue(2));
}

TEST(WaitingTest, AGetOfADeadClientTakesNothing) {
  TestServer server;
  const std::string queue = TestPeer::Create(server, "Queue");
  TestPeer dead(server);
  TestPeer alive(server);
  TestPeer putter(server);
  dead.Send(queue, "get");
  alive.Send(queue, "get");
  dead.Die();
  ASSERT_THAT(putter.Call(queue, "put", {PyValue(1)}), Succeeds());
  EXPECT_EQ(alive.Reply()->value, PyValue(1));
}

TEST(WaitingTest, TimeoutsOfAQueue) {
  TestServer server;
  const std::string queue = TestPeer::Create(server, "Queue", {PyValue(1)});
  TestPeer peer(server);
  EXPECT_THAT(peer.Call(queue, "get", {False()}),
              FailsWithCode(absl::StatusCode::kUnavailable, "queue.Empty"));
  EXPECT_THAT(peer.Call(queue, "get_nowait"),
              FailsWithCode(absl::StatusCode::kUnavailable, "queue.Empty"));
  EXPECT_THAT(peer.Call(queue, "get", {True(), PyValue(-1)}),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "ValueError: 'timeout' must be a non-negative number"));
  peer.Send(queue, "get", {True(), PyValue(0.5)});
  server.Advance(absl::Milliseconds(499));
  EXPECT_TRUE(peer.waits());
  server.Advance(absl::Milliseconds(1));
  EXPECT_THAT(RaisedBy(peer), FailsWithCode(absl::StatusCode::kUnavailable, "queue.Empty"));
  ASSERT_THAT(peer.Call(queue, "put", {PyValue(1)}), Succeeds());
  EXPECT_THAT(peer.Call(queue, "put_nowait", {PyValue(2)}),
              FailsWithCode(absl::StatusCode::kUnavailable, "queue.Full"));
  peer.Send(queue, "put", {PyValue(2), True(), PyValue(3)});
  server.Advance(absl::Seconds(3));
  EXPECT_THAT(RaisedBy(peer), FailsWithCode(absl::StatusCode::kUnavailable, "queue.Full"));
}

TEST(WaitingTest, APutWaitsForRoom) {
  TestServer server;
  const std::string queue = TestPeer::Create(server, "Queue", {PyValue(1)});
  TestPeer putter(server);
  TestPeer getter(server);
  ASSERT_THAT(putter.Call(queue, "put", {PyValue(1)}), Succeeds());
  putter.Send(queue, "put", {PyValue(2)});
  EXPECT_TRUE(putter.waits());
  EXPECT_EQ(*getter.Call(queue, "get"), PyValue(1));
  EXPECT_THAT(putter.Reply(), Succeeds());
  EXPECT_EQ(*getter.Call(queue, "get"), PyValue(2));
}

TEST(WaitingTest, JoinWaitsForTheTasks) {
  TestServer server;
  const std::string queue = TestPeer::Create(server, "JoinableQueue");
  TestPeer joiner(server);
  TestPeer worker(server);
  EXPECT_THAT(joiner.Call(queue, "join"), Succeeds());
  ASSERT_THAT(worker.Call(queue, "put", {PyValue(1)}), Succeeds());
  joiner.Send(queue, "join");
  ASSERT_THAT(worker.Call(queue, "get"), Succeeds());
  EXPECT_TRUE(joiner.waits());
  ASSERT_THAT(worker.Call(queue, "task_done"), Succeeds());
  EXPECT_THAT(joiner.Reply(), Succeeds());
  EXPECT_THAT(worker.Call(queue, "task_done"),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "ValueError: task_done() called too many times"));
}

TEST(WaitingTest, ALockPassesFromOneToTheNext) {
  TestServer server;
  const std::string lock = TestPeer::Create(server, "Lock");
  TestPeer holder(server);
  TestPeer waiter(server);
  EXPECT_EQ(*holder.Call(lock, "acquire"), True());
  EXPECT_EQ(*waiter.Call(lock, "acquire", {False()}), False());
  waiter.Send(lock, "acquire", {True(), PyValue(1)});
  server.Advance(absl::Seconds(1));
  EXPECT_EQ(waiter.Reply()->value, False());
  waiter.Send(lock, "acquire");
  ASSERT_THAT(holder.Call(lock, "release"), Succeeds());
  EXPECT_EQ(waiter.Reply()->value, True());
  // Anybody may release a Lock, as in Python.
  ASSERT_THAT(holder.Call(lock, "release"), Succeeds());
  EXPECT_THAT(holder.Call(lock, "release"), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                                          "RuntimeError: release unlocked lock"));
}

TEST(WaitingTest, AnRLockBelongsToAConnection) {
  TestServer server;
  const std::string lock = TestPeer::Create(server, "RLock");
  TestPeer owner(server);
  TestPeer other(server);
  EXPECT_EQ(*owner.Call(lock, "acquire"), True());
  EXPECT_EQ(*owner.Call(lock, "acquire"), True());
  EXPECT_THAT(other.Call(lock, "release"),
              FailsWithCode(absl::StatusCode::kFailedPrecondition,
                            "RuntimeError: cannot release un-acquired lock"));
  other.Send(lock, "acquire");
  ASSERT_THAT(owner.Call(lock, "release"), Succeeds());
  EXPECT_TRUE(other.waits());
  ASSERT_THAT(owner.Call(lock, "release"), Succeeds());
  EXPECT_EQ(other.Reply()->value, True());
}

TEST(WaitingTest, ALockOfADeadClientStaysLocked) {
  TestServer server;
  const std::string lock = TestPeer::Create(server, "Lock");
  TestPeer dead(server);
  TestPeer other(server);
  EXPECT_EQ(*dead.Call(lock, "acquire"), True());
  dead.Die();
  EXPECT_EQ(*other.Call(lock, "acquire", {False()}), False());
}

TEST(WaitingTest, SemaphoresCount) {
  TestServer server;
  const std::string semaphore = TestPeer::Create(server, "BoundedSemaphore", {PyValue(2)});
  TestPeer peer(server);
  TestPeer waiter(server);
  EXPECT_EQ(*peer.Call(semaphore, "acquire"), True());
  EXPECT_EQ(*peer.Call(semaphore, "acquire"), True());
  EXPECT_EQ(*peer.Call(semaphore, "acquire", {True(), PyValue(-1)}), False());
  waiter.Send(semaphore, "acquire");
  ASSERT_THAT(peer.Call(semaphore, "release"), Succeeds());
  EXPECT_EQ(waiter.Reply()->value, True());
  ASSERT_THAT(peer.Call(semaphore, "release", {PyValue(2)}), Succeeds());
  EXPECT_THAT(peer.Call(semaphore, "release"),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "ValueError: Semaphore released too many times"));
}

TEST(WaitingTest, EventsWakeAll) {
  TestServer server;
  const std::string event = TestPeer::Create(server, "Event");
  TestPeer first(server);
  TestPeer second(server);
  TestPeer setter(server);
  first.Send(event, "wait");
  second.Send(event, "wait", {PyValue(10)});
  ASSERT_THAT(setter.Call(event, "set"), Succeeds());
  EXPECT_EQ(first.Reply()->value, True());
  EXPECT_EQ(second.Reply()->value, True());
  ASSERT_THAT(setter.Call(event, "clear"), Succeeds());
  second.Send(event, "wait", {PyValue(10)});
  server.Advance(absl::Seconds(10));
  EXPECT_EQ(second.Reply()->value, False());
}

TEST(WaitingTest, AConditionHandsTheLockBack) {
  TestServer server;
  const std::string condition = TestPeer::Create(server, "Condition");
  TestPeer waiter(server);
  TestPeer notifier(server);
  EXPECT_THAT(waiter.Call(condition, "wait"),
              FailsWithCode(absl::StatusCode::kFailedPrecondition,
                            "RuntimeError: cannot wait on un-acquired lock"));
  // Twice: wait gives up and takes back both.
  ASSERT_THAT(waiter.Call(condition, "acquire"), Succeeds());
  ASSERT_THAT(waiter.Call(condition, "acquire"), Succeeds());
  waiter.Send(condition, "wait");
  ASSERT_THAT(notifier.Call(condition, "acquire", {False()}), Succeeds());
  ASSERT_THAT(notifier.Call(condition, "notify"), Succeeds());
  EXPECT_TRUE(waiter.waits());  // for the lock
  ASSERT_THAT(notifier.Call(condition, "release"), Succeeds());
  EXPECT_EQ(waiter.Reply()->value, True());
  ASSERT_THAT(waiter.Call(condition, "release"), Succeeds());
  EXPECT_EQ(*notifier.Call(condition, "acquire", {False()}), False());
  ASSERT_THAT(waiter.Call(condition, "release"), Succeeds());
  EXPECT_EQ(*notifier.Call(condition, "acquire", {False()}), True());
}

TEST(WaitingTest, AConditionsTimeoutEndsWithTheLock) {
  TestServer server;
  const std::string condition = TestPeer::Create(server, "Condition");
  TestPeer waiter(server);
  TestPeer other(server);
  ASSERT_THAT(waiter.Call(condition, "acquire"), Succeeds());
  waiter.Send(condition, "wait", {PyValue(1)});
  ASSERT_THAT(other.Call(condition, "acquire"), Succeeds());
  server.Advance(absl::Seconds(2));
  EXPECT_TRUE(waiter.waits());
  ASSERT_THAT(other.Call(condition, "release"), Succeeds());
  EXPECT_EQ(waiter.Reply()->value, False());
}

TEST(WaitingTest, AConditionWithALockOfTheServer) {
  TestServer server;
  const std::string lock = TestPeer::Create(server, "Lock");
  const std::string condition =
      TestPeer::Create(server, "Condition", {server.ProxyTo("Lock", lock)});
  TestPeer peer(server);
  ASSERT_THAT(peer.Call(condition, "acquire"), Succeeds());
  EXPECT_EQ(*peer.Call(lock, "acquire", {False()}), False());
}

TEST(WaitingTest, ABarrierOpensForAll) {
  TestServer server;
  const std::string barrier = TestPeer::Create(server, "Barrier", {PyValue(3)});
  TestPeer first(server);
  TestPeer second(server);
  TestPeer third(server);
  first.Send(barrier, "wait");
  second.Send(barrier, "wait");
  EXPECT_EQ(*third.Call(barrier, "__getattribute__", {PyValue::Str("n_waiting")}), PyValue(2));
  EXPECT_EQ(*third.Call(barrier, "wait"), PyValue(2));
  EXPECT_EQ(first.Reply()->value, PyValue(0));
  EXPECT_EQ(second.Reply()->value, PyValue(1));
}

TEST(WaitingTest, ABrokenBarrierFailsForAll) {
  TestServer server;
  const std::string barrier = TestPeer::Create(server, "Barrier", {PyValue(3)});
  TestPeer first(server);
  TestPeer second(server);
  first.Send(barrier, "wait");
  second.Send(barrier, "wait", {PyValue(1)});
  server.Advance(absl::Seconds(1));
  EXPECT_THAT(RaisedBy(first),
              FailsWithCode(absl::StatusCode::kUnknown, "threading.BrokenBarrierError"));
  EXPECT_THAT(RaisedBy(second),
              FailsWithCode(absl::StatusCode::kUnknown, "threading.BrokenBarrierError"));
  EXPECT_EQ(*first.Call(barrier, "__getattribute__", {PyValue::Str("broken")}), True());
  ASSERT_THAT(first.Call(barrier, "reset"), Succeeds());
  EXPECT_EQ(*first.Call(barrier, "__getattribute__", {PyValue::Str("broken")}), False());
}

TEST(WaitingTest, AnObjectOutlivesTheCallThatWaitsForIt) {
  TestServer server;
  const std::string queue = TestPeer::Create(server, "Queue");
  TestPeer peer(server);
  peer.Send(queue, "get", {True(), PyValue(1)});
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(queue)}), Succeeds());
  server.Advance(absl::Seconds(1));
  EXPECT_THAT(RaisedBy(peer), FailsWithCode(absl::StatusCode::kUnavailable, "queue.Empty"));
}

// The call is the last one that refers to the barrier, which its timeout breaks.
TEST(WaitingTest, ABarrierOutlivesItsTimeout) {
  TestServer server;
  const std::string barrier = TestPeer::Create(server, "Barrier", {PyValue(2)});
  TestPeer peer(server);
  peer.Send(barrier, "wait", {PyValue(1)});
  ASSERT_THAT(TestPeer::Once(server, "decref", {PyValue::Str(barrier)}), Succeeds());
  server.Advance(absl::Seconds(1));
  EXPECT_THAT(RaisedBy(peer),
              FailsWithCode(absl::StatusCode::kUnknown, "threading.BrokenBarrierError"));
}

}  // namespace
}  // namespace someos::multiprocessing::internal
