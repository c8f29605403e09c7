// Processes, queues, connections and values that are threads'. What Python does was tried with 2.7
// and 3.13.

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/dummy/connection.h"
#include "someos/api/multiprocessing/dummy/process.h"
#include "someos/api/multiprocessing/dummy/queue.h"
#include "someos/api/multiprocessing/dummy/value.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::dummy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr absl::StatusCode kTimedOut = absl::StatusCode::kDeadlineExceeded;
constexpr absl::StatusCode kCancelled = absl::StatusCode::kCancelled;
constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

TEST(DummyProcessTest, HasAnExitCodeOnceItHasEnded) {
  threading::Event go;
  Process process([&] { static_cast<void>(go.Wait()); });
  EXPECT_EQ(process.exitcode(), std::nullopt);
  ASSERT_THAT(process.Start(), Succeeds());
  EXPECT_EQ(process.exitcode(), std::nullopt);
  EXPECT_THAT(ActiveChildren(), ElementsAre(threading::ThreadRef(process)));
  go.Set();
  EXPECT_TRUE(*process.Join());
  EXPECT_EQ(process.exitcode(), 0);
  EXPECT_THAT(ActiveChildren(), IsEmpty());
  EXPECT_THAT(process.Start(), FailsWithCode(kRefused, "threads can only be started once"));
}

TEST(DummyProcessTest, IsStartedByItsParentAlone) {
  Process child([] {});
  absl::Status status;
  Process other([&] { status = child.Start(); }, {"other"});
  ASSERT_THAT(other.Start(), Succeeds());
  EXPECT_TRUE(*other.Join());
  EXPECT_THAT(status,
              FailsWithCode(kRefused, "Parent is 'MainThread' but current_process is 'other'"));
  EXPECT_THAT(child.Start(), Succeeds());
}

TEST(DummyProcessTest, HasChildrenOfItsOwn) {
  threading::Event go;
  std::vector<threading::ThreadRef> of_child;
  std::vector<threading::ThreadRef> of_main;
  threading::Event started;
  Process child([&] {
    Process grandchild([&] { static_cast<void>(go.Wait()); }, {"grandchild"});
    EXPECT_THAT(grandchild.Start(), Succeeds());
    of_child = ActiveChildren();
    started.Set();
  });
  ASSERT_THAT(child.Start(), Succeeds());
  ASSERT_TRUE(*started.Wait());
  of_main = ActiveChildren();
  go.Set();
  EXPECT_TRUE(*child.Join());
  ASSERT_EQ(of_child.size(), 1U);
  EXPECT_EQ(of_child[0].name(), "grandchild");
  EXPECT_THAT(of_main, ElementsAre(threading::ThreadRef(child)));
}

TEST(DummyQueueTest, HasPythonsRules) {
  Queue<> queue(1);
  EXPECT_THAT(queue.PutNowait(PyValue(1)), Succeeds());
  EXPECT_TRUE(queue.Full());
  EXPECT_THAT(queue.PutNowait(PyValue(2)), FailsWithCode(kTimedOut, "the queue is full"));
  EXPECT_THAT(queue.Put(PyValue(2), true, absl::Milliseconds(1)),
              FailsWithCode(kTimedOut, "the queue is full"));
  EXPECT_THAT(queue.Put(PyValue(2), true, -absl::Seconds(1)),
              FailsWithCode(kInvalid, "'timeout' must be a non-negative number"));
  EXPECT_EQ(queue.Qsize(), 1U);
  EXPECT_EQ(queue.GetNowait()->AsInt().value(), 1);
  EXPECT_THAT(queue.GetNowait(), FailsWithCode(kTimedOut, "the queue is empty"));
  EXPECT_THAT(queue.Get(true, absl::Milliseconds(1)),
              FailsWithCode(kTimedOut, "the queue is empty"));
  EXPECT_THAT(queue.Get(true, -absl::Seconds(1)),
              FailsWithCode(kInvalid, "'timeout' must be a non-negative number"));
  EXPECT_THAT(Queue<>(-3).Put(PyValue(1), true, -absl::Seconds(1)), Succeeds());
}

TEST(DummyQueueTest, MovesWhatCannotBeCopiedInItsOrder) {
  Queue<std::unique_ptr<int>> queue(2);
  Process producer([&] {
    for (int i = 0; i < 100; ++i) EXPECT_THAT(queue.Put(std::make_unique<int>(i)), Succeeds());
  });
  ASSERT_THAT(producer.Start(), Succeeds());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(**queue.Get(), i);
  EXPECT_TRUE(*producer.Join());
}

TEST(DummyQueueTest, JoinWaitsUntilAllIsDone) {
  JoinableQueue<int> queue;
  ASSERT_THAT(queue.Put(1), Succeeds());
  ASSERT_THAT(queue.Put(2), Succeeds());
  EXPECT_FALSE(*queue.Join(absl::Milliseconds(1)));
  Process consumer([&] {
    while (queue.GetNowait().ok()) EXPECT_THAT(queue.TaskDone(), Succeeds());
  });
  ASSERT_THAT(consumer.Start(), Succeeds());
  EXPECT_TRUE(*queue.Join());
  EXPECT_TRUE(*consumer.Join());
  EXPECT_THAT(queue.TaskDone(), FailsWithCode(kInvalid, "task_done() called too many times"));
}

TEST(DummyQueueTest, AShutdownEndsWaitsAndLeavesWhatIsThere) {
  Queue<int> queue;
  absl::Status status;
  Process getter([&] { status = queue.Get().status(); });
  ASSERT_THAT(getter.Start(), Succeeds());
  queue.Shutdown();
  EXPECT_TRUE(*getter.Join());
  EXPECT_THAT(status, FailsWithCode(kCancelled, "the queue is shut down"));

  Queue<int> filled;
  ASSERT_THAT(filled.Put(7), Succeeds());
  filled.Shutdown();
  EXPECT_THAT(filled.Put(8), FailsWithCode(kCancelled, "the queue is shut down"));
  EXPECT_EQ(*filled.Get(), 7);
  EXPECT_THAT(filled.Get(), FailsWithCode(kCancelled, "the queue is shut down"));

  Queue<int> dropped;
  ASSERT_THAT(dropped.Put(7), Succeeds());
  dropped.Shutdown(/*immediate=*/true);
  EXPECT_THAT(dropped.Get(), FailsWithCode(kCancelled, "the queue is shut down"));
  EXPECT_TRUE(*dropped.Join());
}

TEST(DummyConnectionTest, BothEndsSendAndReceive) {
  auto [a, b] = Pipe(/*duplex=*/false);  // which says nothing, as in Python
  EXPECT_FALSE(*b.Poll());
  EXPECT_FALSE(*b.Poll(absl::Milliseconds(1)));
  ASSERT_THAT(a.Send(PyValue(3)), Succeeds());
  EXPECT_TRUE(*b.Poll());
  EXPECT_EQ(b.Receive()->AsInt().value(), 3);
  ASSERT_THAT(b.SendBytes("bytes"), Succeeds());
  EXPECT_EQ(*a.ReceiveBytes(), "bytes");
  EXPECT_THAT(a.Receive(absl::ZeroDuration()), FailsWithCode(kTimedOut, "receive timed out"));
}

TEST(DummyConnectionTest, TheEndOfOneIsNoticedByTheOther) {
  auto [a, b] = Pipe();
  ASSERT_THAT(a.Send(PyValue(3)), Succeeds());
  absl::Status status;
  Process receiver([&status, end = std::move(b)]() mutable {
    EXPECT_THAT(end.Receive(), Succeeds());
    status = end.Receive().status();
    EXPECT_THAT(end.Send(PyValue(1)), FailsWithErrno(EPIPE, "send"));
  });
  ASSERT_THAT(receiver.Start(), Succeeds());
  a.Close();
  EXPECT_TRUE(*receiver.Join());
  EXPECT_TRUE(IsEofError(status)) << status;
  EXPECT_THAT(a.Send(PyValue(1)), FailsWithCode(kRefused, "handle is closed"));
  EXPECT_THAT(a.Poll(), FailsWithCode(kRefused, "handle is closed"));
}

TEST(DummyConnectionTest, AListenerAcceptsClients) {
  Listener listener;
  Process server([&] {
    absl::StatusOr<Connection> connection = listener.Accept();
    ASSERT_THAT(connection, Succeeds());
    EXPECT_THAT(connection->Send(*connection->Receive()), Succeeds());
  });
  ASSERT_THAT(server.Start(), Succeeds());
  absl::StatusOr<Connection> client = Client(listener.address());
  ASSERT_THAT(client, Succeeds());
  ASSERT_THAT(client->Send(PyValue(5)), Succeeds());
  EXPECT_EQ(client->Receive()->AsInt().value(), 5);
  EXPECT_TRUE(*server.Join());
  listener.Close();
  EXPECT_THAT(Client(listener.address()), FailsWithErrno(ECONNREFUSED, "connect"));
  EXPECT_THAT(listener.Accept(), FailsWithCode(kRefused, "listener is closed"));
}

TEST(DummyConnectionTest, AClientThatNobodyAcceptsNoticesIt) {
  Listener listener;
  absl::StatusOr<Connection> client = Client(listener.address());
  listener.Close();
  EXPECT_TRUE(IsEofError(client->Receive().status()));
}

// Leaves others time to come between.
void IncrementSlowly(int& value) {
  const int before = value;
  std::this_thread::yield();
  value = before + 1;
}

TEST(DummyValueTest, LosesNoUpdate) {
  Value<int> counter;
  Array<int> counts(2);
  std::vector<Process> processes;
  for (int i = 0; i < 4; ++i) {
    processes.emplace_back([&] {
      for (int j = 0; j < 100; ++j) {
        counter.Update(IncrementSlowly);
        counts.Update([](absl::Span<int> values) { IncrementSlowly(values[1]); });
      }
    });
    ASSERT_THAT(processes.back().Start(), Succeeds());
  }
  processes.clear();  // joins them
  EXPECT_EQ(counter.Get(), 400);
  EXPECT_THAT(counts.Get(), ElementsAre(0, 400));
  EXPECT_THAT(counts.Set(2, 1), FailsWithCode(absl::StatusCode::kOutOfRange, "invalid index"));
  EXPECT_THAT(counts.Set(0, 1), Succeeds());
  EXPECT_EQ(*counts.Get(0), 1);
}

}  // namespace
}  // namespace someos::multiprocessing::dummy
