// Python's SimpleQueue, Queue and JoinableQueue. Texts and answers are those of Python 3.13.

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/queues/joinable_queue.h"
#include "someos/api/multiprocessing/queues/queue.h"
#include "someos/api/multiprocessing/queues/simple_queue.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

// Long enough for any machine.
constexpr absl::Duration kLong = absl::Seconds(100);

auto IsFull() { return FailsWithCode(absl::StatusCode::kDeadlineExceeded, "the queue is full"); }
auto IsEmpty() { return FailsWithCode(absl::StatusCode::kDeadlineExceeded, "the queue is empty"); }

int64_t Number(const absl::StatusOr<PyValue>& value) {
  EXPECT_THAT(value, Succeeds());
  return value.ok() ? value->AsInt().value_or(-1) : -1;
}

TEST(SimpleQueueTest, ProcessesPutAndGet) {
  absl::StatusOr<SimpleQueue> queue = SimpleQueue::Create();
  ASSERT_THAT(queue, Succeeds());
  EXPECT_TRUE(*queue->Empty());
  ExpectInChild([&] {
    EXPECT_THAT(queue->Put(PyValue(5)), Succeeds());
    SimpleQueue::State state = queue->state();
    state.reader = dup(state.reader);
    state.writer = dup(state.writer);
    absl::StatusOr<SimpleQueue> opened = SimpleQueue::Open(state);
    ASSERT_THAT(opened, Succeeds());
    EXPECT_THAT(opened->Put(PyValue::Str("text")), Succeeds());
  });
  EXPECT_FALSE(*queue->Empty());
  EXPECT_EQ(Number(queue->Get()), 5);
  EXPECT_EQ(*queue->Get()->AsStr(), "text");
  EXPECT_TRUE(*queue->Empty());
}

TEST(SimpleQueueTest, MessagesLongerThanThePipeStayWhole) {
  absl::StatusOr<SimpleQueue> queue = SimpleQueue::Create();
  const auto put = [&](char byte) {
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(queue->Put(PyValue::Str(std::string(300'000, byte))), Succeeds());
    }
  };
  std::thread first(put, 'a');
  std::thread second([&] { ExpectInChild([&] { put('b'); }); });
  for (int i = 0; i < 6; ++i) {
    const std::string text(*queue->Get()->AsStr());
    EXPECT_EQ(text, std::string(300'000, text[0]));
  }
  first.join();
  second.join();
}

TEST(SimpleQueueTest, AClosedOneSaysSo) {
  absl::StatusOr<SimpleQueue> queue = SimpleQueue::Create();
  queue->Close();
  EXPECT_EQ(Says(queue->Put(PyValue(1))), "OSError: handle is closed");
  EXPECT_EQ(Says(queue->Get().status()), "OSError: handle is closed");
  EXPECT_EQ(Says(queue->Empty().status()), "OSError: handle is closed");
}

TEST(QueueTest, ValuesComeInOrder) {
  auto queue = *Queue::Create();
  EXPECT_TRUE(*queue->Empty());
  for (int i = 0; i < 1000; ++i) EXPECT_THAT(queue->Put(PyValue(i)), Succeeds());
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(Number(queue->Get()), i);
  EXPECT_TRUE(*queue->Empty());
  EXPECT_THAT(queue->GetNowait(), IsEmpty());
  EXPECT_THAT(queue->Get(true, absl::Milliseconds(10)), IsEmpty());
  EXPECT_THAT(queue->Get(true, -absl::Seconds(1)), IsEmpty());
}

TEST(QueueTest, HasABound) {
  auto queue = *Queue::Create(2);
  EXPECT_FALSE(*queue->Full());
  EXPECT_THAT(queue->PutNowait(PyValue(1)), Succeeds());
  EXPECT_THAT(queue->Put(PyValue(2), true, absl::Seconds(1)), Succeeds());
  EXPECT_TRUE(*queue->Full());
  EXPECT_THAT(queue->PutNowait(PyValue(3)), IsFull());
  EXPECT_THAT(queue->Put(PyValue(3), true, absl::Milliseconds(10)), IsFull());
  const absl::StatusOr<int> size = queue->Qsize();
  if (size.ok()) EXPECT_EQ(*size, 2);  // macOS does not tell
  std::thread getting([&] { EXPECT_EQ(Number(queue->Get(true, kLong)), 1); });
  EXPECT_THAT(queue->Put(PyValue(3)), Succeeds());
  getting.join();
  EXPECT_EQ(Number(queue->Get()), 2);
  EXPECT_EQ(Number(queue->Get()), 3);
}

// Nobody gets meanwhile, and the pipe is full long before.
TEST(QueueTest, PutDoesNotWaitForThePipe) {
  auto queue = *Queue::Create();
  const PyValue value = PyValue::Str(std::string(10'000, 'x'));
  for (int i = 0; i < 100; ++i) ASSERT_THAT(queue->Put(value), Succeeds());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(queue->Get()->AsStr()->size(), 10'000u);
}

TEST(QueueTest, AClosedOneSaysSo) {
  auto queue = *Queue::Create();
  EXPECT_THAT(queue->JoinThread(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "Queue not closed"));
  EXPECT_THAT(queue->Put(PyValue(1)), Succeeds());
  queue->Close();
  queue->Close();
  EXPECT_EQ(Says(queue->Put(PyValue(1))), "ValueError: Queue is closed");
  EXPECT_EQ(Says(queue->Get().status()), "ValueError: Queue is closed");
  EXPECT_THAT(queue->JoinThread(), Succeeds());
}

TEST(QueueTest, ACloserSendsWhatItHasPut) {
  auto queue = *Queue::Create();
  std::thread other([&] {
    ExpectInChild([&] {
      for (int i = 0; i < 50; ++i)
        EXPECT_THAT(queue->Put(PyValue::Str(std::string(9999, 'x'))), Succeeds());
      queue->Close();
      EXPECT_THAT(queue->JoinThread(), Succeeds());
    });
  });
  for (int i = 0; i < 50; ++i) EXPECT_EQ(queue->Get(true, kLong)->AsStr()->size(), 9999u);
  other.join();
}

TEST(QueueTest, WhoCancelsDoesNotWait) {
  const absl::Duration start = MonotonicNow();
  auto queue = *Queue::Create();
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(queue->Put(PyValue::Str(std::string(9999, 'x'))), Succeeds());
  queue->CancelJoinThread();
  queue->Close();
  EXPECT_THAT(queue->JoinThread(), Succeeds());
  queue.reset();
  EXPECT_LT(MonotonicNow() - start, kLong);
}

// The parent's thread does not exist in the child, and what the parent has put is not put twice.
TEST(QueueTest, AForkedChildHasAThreadOfItsOwn) {
  auto queue = *Queue::Create();
  EXPECT_THAT(queue->Put(PyValue(1)), Succeeds());
  EXPECT_EQ(Number(queue->Get(true, kLong)), 1);
  ExpectInChild([&] {
    EXPECT_THAT(queue->Put(PyValue(2)), Succeeds());
    ExpectInChild([&] {
      EXPECT_THAT(queue->Put(PyValue(3)), Succeeds());
      queue->Close();
      EXPECT_THAT(queue->JoinThread(), Succeeds());
    });
    queue->Close();
    EXPECT_THAT(queue->JoinThread(), Succeeds());
  });
  std::set<int64_t> got;
  for (int i = 0; i < 2; ++i) got.insert(Number(queue->Get(true, kLong)));
  EXPECT_THAT(got, testing::ElementsAre(2, 3));
  EXPECT_THAT(queue->GetNowait(), IsEmpty());
}

TEST(QueueTest, ManyPutAndManyGet) {
  constexpr int kEach = 500;
  auto queue = *Queue::Create(20);
  const auto put = [&] {
    for (int i = 1; i <= kEach; ++i) ASSERT_THAT(queue->Put(PyValue(i), true, kLong), Succeeds());
    queue->Close();
    EXPECT_THAT(queue->JoinThread(), Succeeds());
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { ExpectInChild(put); });
  std::atomic<int64_t> sum{0};
  std::atomic<int> taken{0};
  const auto get = [&] {
    while (taken++ < 3 * kEach) sum += Number(queue->Get(true, kLong));
  };
  threads.emplace_back(get);
  get();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, int64_t{3} * kEach * (kEach + 1) / 2);
}

TEST(QueueTest, AnotherProcessOpensIt) {
  auto queue = *Queue::Create(3);
  ExpectInChild([&] {
    Queue::State state = queue->state();
    state.pipe.reader = dup(state.pipe.reader);
    state.pipe.writer = dup(state.pipe.writer);
    auto opened = Queue::Open(state);
    ASSERT_THAT(opened, Succeeds());
    for (int i = 0; i < 3; ++i) EXPECT_THAT((*opened)->PutNowait(PyValue(i)), Succeeds());
    EXPECT_THAT((*opened)->PutNowait(PyValue(3)), IsFull());
  });
  EXPECT_TRUE(*queue->Full());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Number(queue->Get()), i);
}

TEST(QueueTest, NothingIsLeft) {
  const std::set<int> before = OpenDescriptors();
  SemLock::State room;
  for (int i = 0; i < 3; ++i) {
    auto queue = *JoinableQueue::Create();
    room = queue->state().queue.room;
    EXPECT_THAT(queue->Put(PyValue(i)), Succeeds());
  }
  EXPECT_THAT(SemLock::Open(room), FailsWithErrno(ENOENT, "open semaphore"));
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

// Whichever descriptor it is that is not to be had: of the pipe, or of a lock.
TEST(QueueTest, WithoutDescriptorsThereIsNone) {
  for (int free = 0; free < 3; ++free) {
    const DescriptorBudget budget(free);
    EXPECT_FALSE(SimpleQueue::Create().ok()) << free;
    EXPECT_FALSE(Queue::Create().ok()) << free;
    EXPECT_FALSE(JoinableQueue::Create().ok()) << free;
  }
  EXPECT_THAT(JoinableQueue::Create(), Succeeds());
}

TEST(QueueTest, WhatCannotBePickledIsAnErrorOfPut) {
  auto queue = *Queue::Create(1);
  EXPECT_FALSE(queue->Put(PyValue::Str("\xff")).ok());
  EXPECT_THAT(queue->PutNowait(PyValue(1)), Succeeds());  // there is room
}

TEST(JoinableQueueTest, CountsWhatIsNotDone) {
  auto queue = *JoinableQueue::Create();
  EXPECT_TRUE(*queue->Join());
  EXPECT_EQ(Says(queue->TaskDone()), "ValueError: task_done() called too many times");
  EXPECT_THAT(queue->Put(PyValue(1)), Succeeds());
  EXPECT_THAT(queue->Put(PyValue(2)), Succeeds());
  EXPECT_FALSE(*queue->Join(absl::Milliseconds(10)));
  std::thread worker([&] {
    ExpectInChild([&] {
      for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(Number(queue->Get(true, kLong)), i + 1);
        EXPECT_THAT(queue->TaskDone(), Succeeds());
      }
    });
  });
  EXPECT_TRUE(*queue->Join(kLong));
  worker.join();
  EXPECT_EQ(Says(queue->TaskDone()), "ValueError: task_done() called too many times");
}

// Its pipe is one that nobody reads. As in Python, what has been put counts, also if it could not
// be sent then, and what could not be put does not.
TEST(JoinableQueueTest, APutThatFailsDoesNotCount) {
  auto queue = *JoinableQueue::Create(1);
  JoinableQueue::State state = queue->state();
  std::array<int, 2> unread;
  ASSERT_EQ(pipe(unread.data()), 0);
  ASSERT_EQ(close(unread[0]), 0);
  state.queue.pipe.reader = dup(state.queue.pipe.reader);
  state.queue.pipe.writer = unread[1];
  auto opened = *JoinableQueue::Open(state);
  int put = 0;
  absl::Status status;
  while ((status = opened->Put(PyValue(1), true, kLong)).ok()) ++put;
  EXPECT_THAT(status, FailsWithErrno(EPIPE, "send fd"));
  EXPECT_GE(put, 1);
  EXPECT_FALSE(*opened->Full());
  for (int i = 0; i < put; ++i) EXPECT_THAT(opened->TaskDone(), Succeeds());
  EXPECT_TRUE(*opened->Join(absl::ZeroDuration()));
  EXPECT_EQ(Says(opened->TaskDone()), "ValueError: task_done() called too many times");
}

}  // namespace
}  // namespace someos::multiprocessing
