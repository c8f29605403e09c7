// What works in a program for one thread (--config=thread_dummy), and what says that it does not.

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/dummy.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/process.h"
#include "someos/api/multiprocessing/queues.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

TEST(OneThreadTest, AProcessCannotBeAThread) {
  ProcessOptions options;
  options.context = *GetContext("thread");
  Process process([](const ProcessCall&) { return 0; }, options);
  EXPECT_THAT(process.Start(),
              FailsWithCode(kRefused,
                            "a process cannot be a thread: the program is built with "
                            "thread=dummy"));
  EXPECT_EQ(*process.exitcode(), std::nullopt);
}

// The thread that feeds it is the system's, and touches nothing of the program's.
TEST(OneThreadTest, AQueueBetweenProcessesWorks) {
  absl::StatusOr<std::unique_ptr<JoinableQueue>> queue = JoinableQueue::Create();
  ASSERT_THAT(queue, Succeeds());
  ProcessOptions options;
  options.context = *GetContext("fork");
  Process child(
      [&](const ProcessCall&) -> absl::StatusOr<int> {
        for (int i = 0; i < 3; ++i) {
          if (absl::Status status = (*queue)->Put(PyValue(i)); !status.ok()) return status;
        }
        (*queue)->Close();
        if (absl::Status status = (*queue)->JoinThread(); !status.ok()) return status;
        return 0;
      },
      options);
  ASSERT_THAT(child.Start(), Succeeds());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((*queue)->Get()->AsInt().value(), i);
    EXPECT_THAT((*queue)->TaskDone(), Succeeds());
  }
  EXPECT_TRUE(*(*queue)->Join());
  EXPECT_TRUE(*child.Join());
  EXPECT_EQ(*child.exitcode(), 0);
  // Within the process.
  EXPECT_THAT((*queue)->Put(PyValue(7)), Succeeds());
  EXPECT_EQ((*queue)->Get()->AsInt().value(), 7);
}

TEST(OneThreadTest, ADummyProcessHasEndedWhenItHasBeenStarted) {
  bool called = false;
  dummy::Process process([&] { called = true; });
  ASSERT_THAT(process.Start(), Succeeds());
  EXPECT_TRUE(called);
  EXPECT_EQ(process.exitcode(), 0);
  EXPECT_TRUE(dummy::ActiveChildren().empty());
}

TEST(OneThreadTest, APoolCallsAtOnce) {
  const auto pool = dummy::Pool::Create();
  ASSERT_THAT(pool, Succeeds());
  std::vector<int64_t> seen;
  const auto note = [&](const Arguments& arguments) -> absl::StatusOr<PyValue> {
    seen.push_back(*arguments.positional()[0].AsInt());
    return arguments.positional()[0];
  };
  std::optional<AsyncResult> second;
  const auto first = (*pool)->ApplyAsync(note, {PyValue(1)}, {}, [&](const PyValue&) {
    second = *(*pool)->ApplyAsync(note, {PyValue(2)});
  });
  EXPECT_TRUE(first->Ready());
  EXPECT_TRUE(second->Ready());
  EXPECT_THAT(seen, testing::ElementsAre(1, 2));
  EXPECT_EQ((*pool)->Map(note, {PyValue(3), PyValue(4)})->size(), 2U);
  (*pool)->Close();
  EXPECT_TRUE(*(*pool)->Join());
}

TEST(OneThreadTest, WhatWouldWaitForEverSaysSo) {
  dummy::Queue<int> queue(1);
  const auto refused = FailsWithCode(kRefused, "would wait for ever: there is one thread");
  EXPECT_THAT(queue.Get(), refused);
  EXPECT_THAT(queue.Put(1), Succeeds());
  EXPECT_THAT(queue.Put(2), refused);
  EXPECT_THAT(queue.Join(), refused);
  auto [a, b] = dummy::Pipe();
  EXPECT_THAT(a.Receive(), refused);
  ASSERT_THAT(b.Send(PyValue(1)), Succeeds());
  EXPECT_THAT(a.Receive(), Succeeds());
}

}  // namespace
}  // namespace someos::multiprocessing
