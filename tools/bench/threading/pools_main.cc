// Compares ThreadPool with other libraries' pools, where they are installed. Arguments as
// threading.

#include <atomic>
#include <cstdlib>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "someos/api/threading.h"
#include "someos/tools/bench/threading/compare.h"

#if SOMEOS_HAS_BS_THREAD_POOL
#include "BS_thread_pool.hpp"
#endif
#if SOMEOS_HAS_TASKFLOW
#include "taskflow/taskflow.hpp"
#endif

namespace someos {
namespace {

constexpr int kTasks = 20'000;
constexpr int kWorkers = 2;

// An empty task that is submitted, and whose future is waited for at the end, with the others.
template <typename Submit, typename Wait>
double Batch(Submit submit, Wait wait) {
  std::vector<decltype(submit())> futures;
  futures.reserve(kTasks);
  const double start = Now();
  for (int i = 0; i < kTasks; ++i) futures.push_back(submit());
  for (auto& future : futures) wait(future);
  return (Now() - start) / kTasks;
}

// One that is waited for before the next one is submitted.
template <typename Submit, typename Wait>
double OneByOne(Submit submit, Wait wait) {
  const double start = Now();
  for (int i = 0; i < kTasks; ++i) {
    auto future = submit();
    wait(future);
  }
  return (Now() - start) / kTasks;
}

struct Own {
  Own() {
    threading::ThreadPoolOptions options;
    options.workers = kWorkers;
    auto made = threading::ThreadPool::Create(options);
    if (!made.ok()) std::abort();
    pool = *std::move(made);
  }
  auto Submit() {
    return pool->Submit([] {});
  }
  template <typename Future>
  static void Wait(Future& future) {
    if (!future.Get().ok()) std::abort();
  }

  std::unique_ptr<threading::ThreadPool> pool;
};

#if SOMEOS_HAS_BS_THREAD_POOL
// https://github.com/bshoshany/thread-pool, README of version 5, "Submitting tasks with futures".
struct Bs {
  auto Submit() {
    return pool.submit_task([] {});
  }
  static void Wait(std::future<void>& future) { future.get(); }

  BS::thread_pool<> pool{kWorkers};
};
#endif

#if SOMEOS_HAS_TASKFLOW
// https://taskflow.github.io/taskflow/AsyncTasking.html, "Launch asynchronous tasks from an
// executor".
struct Taskflow {
  auto Submit() {
    return executor.async([] {});
  }
  template <typename Future>
  static void Wait(Future& future) {
    future.get();
  }

  tf::Executor executor{kWorkers};
};
#endif

template <typename Pool>
double InABatch() {
  Pool pool;
  return Batch([&] { return pool.Submit(); }, [](auto& future) { Pool::Wait(future); });
}

template <typename Pool>
double InTurn() {
  Pool pool;
  return OneByOne([&] { return pool.Submit(); }, [](auto& future) { Pool::Wait(future); });
}

void Run(const Choice& choice) {
  std::vector<Contender> batch;
  std::vector<Contender> in_turn;
#if SOMEOS_HAS_BS_THREAD_POOL
  batch.push_back({"BS::thread_pool", InABatch<Bs>});
  in_turn.push_back({"BS::thread_pool", InTurn<Bs>});
#endif
  batch.push_back({"ThreadPool", InABatch<Own>});
  in_turn.push_back({"ThreadPool", InTurn<Own>});
#if SOMEOS_HAS_TASKFLOW
  batch.push_back({"taskflow", InABatch<Taskflow>});
  in_turn.push_back({"taskflow", InTurn<Taskflow>});
#endif
  Compare(choice, "empty task, 20,000 at once", std::move(batch));
  Compare(choice, "empty task, one by one", std::move(in_turn));
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) { someos::Run(someos::ParseChoice(argc, argv)); }
