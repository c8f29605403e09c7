// Queues with the interpreters that are here: values go there and come back.

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/queues/joinable_queue.h"
#include "someos/api/multiprocessing/queues/queue.h"
#include "someos/api/multiprocessing/queues/queue_pipe.h"
#include "someos/api/multiprocessing/queues/simple_queue.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

// What comes back fits into a pipe.
constexpr int kCount = 200;

std::string Text(const SemLock::State& state) {
  return absl::StrCat(static_cast<int>(state.kind), ",", state.max_value, ",", state.name);
}

std::string Text(const QueuePipeState& state) {
  const std::string descriptors = absl::StrCat("/proc/", getpid(), "/fd/");
  return absl::StrCat(descriptors, state.reader, ":", descriptors, state.writer, ":",
                      Text(state.reader_lock), ":", Text(state.writer_lock));
}

std::string Text(const Queue::State& state) {
  return absl::StrCat(state.max_size, ":", Text(state.room), ":", Text(state.pipe));
}

std::string Text(const JoinableQueue::State& state) {
  const Condition::State& condition = state.condition;
  return absl::StrCat(Text(condition.lock), ":", Text(condition.sleeping), ":",
                      Text(condition.woken), ":", Text(condition.wait), ":", Text(state.unfinished),
                      ":", Text(state.queue));
}

// Starts the peer, puts values, and gets what the peer has made of them when it has ended: before,
// this would get what is meant for the peer.
template <typename AnyQueue>
void Exchange(const Interpreter& python, absl::string_view type, AnyQueue& queue) {
  std::string said;
  std::thread peer([&] {
    said = PythonPrints(python, absl::StrCat(std::getenv("PEER"), " ", type, " ",
                                             Text(queue.state()), " ", kCount));
  });
  for (int i = 0; i < kCount; ++i) {
    std::vector<std::pair<PyValue, PyValue>> entries;
    entries.emplace_back(PyValue::Str("number"), PyValue(i));
    entries.emplace_back(PyValue::Str("text"), PyValue::Str(std::string(i, 'x')));
    EXPECT_THAT(queue.Put(*PyValue::Dict(std::move(entries))), Succeeds());
  }
  peer.join();
  ASSERT_EQ(said, "True\n");
  for (int i = 0; i < kCount; ++i) {
    const auto value = queue.Get();
    ASSERT_THAT(value, Succeeds());
    EXPECT_EQ(*value, PyValue::Tuple({PyValue(i), PyValue::Str(std::string(i, 'x'))}));
  }
}

void PythonUsesASimpleQueue(const Interpreter& python) {
  SimpleQueue queue = *SimpleQueue::Create();
  Exchange(python, "simple", queue);
  EXPECT_TRUE(*queue.Empty());
}

void PythonUsesAQueue(const Interpreter& python) {
  const std::unique_ptr<Queue> queue = *Queue::Create(kCount);
  Exchange(python, "bounded", *queue);
  EXPECT_EQ(*queue->Qsize(), 0);
}

void PythonUsesAJoinableQueue(const Interpreter& python) {
  const std::unique_ptr<JoinableQueue> queue = *JoinableQueue::Create();
  Exchange(python, "joinable", *queue);
  EXPECT_FALSE(*queue->Join(absl::ZeroDuration()));
  for (int i = 0; i < kCount; ++i) EXPECT_THAT(queue->TaskDone(), Succeeds());
  EXPECT_TRUE(*queue->Join(absl::ZeroDuration()));
}

TEST(QueuesInteropTest, WithEveryInterpreter) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
#ifndef __linux__
  GTEST_SKIP() << "it opens the ends of pipes by /proc";
#endif
  Matrix matrix("queues", {"simple", "queue", "joinable"});
  for (const Interpreter& python : Interpreters()) {
    SCOPED_TRACE(python.version);
    const auto run = [&](const std::string& role, void (*test)(const Interpreter&)) {
      if (python.is_python2()) {
        matrix.Impossible(python, role, "its semaphores have no names that stay");
        return;
      }
      test(python);
      matrix.Ran(python, role);
    };
    run("simple", PythonUsesASimpleQueue);
    run("queue", PythonUsesAQueue);
    run("joinable", PythonUsesAJoinableQueue);
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos::multiprocessing
