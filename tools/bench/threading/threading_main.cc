// Compares locks, waits and threads of someos::threading with those of the standard library and of
// Abseil.
//
//   threading [ROUNDS [PART OF A TITLE [CONTENDER]]]
//
// Prints, for each contender, nanoseconds of an operation and the ratio to the first one: the best
// of the rounds, in which all take turns. With one contender alone, its system calls can be
// counted:
//
//   perf stat -e raw_syscalls:sys_enter threading 9 Condition std::condition_variable

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/threading.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/tools/bench/threading/compare.h"

namespace someos {
namespace {

// With the same names for all.
class AbslMutex {
 public:
  void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { base::Lock(mutex_); }
  void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { base::Unlock(mutex_); }

 private:
  absl::Mutex mutex_;
};

template <typename Mutex>
double Uncontended() {
  constexpr int kOperations = 1'000'000;
  Mutex mutex;
  int guarded = 0;
  const double start = Now();
  for (int i = 0; i < kOperations; ++i) {
    mutex.lock();
    ++guarded;
    mutex.unlock();
  }
  const double time = (Now() - start) / kOperations;
  if (guarded != kOperations) std::abort();
  return time;
}

template <typename Mutex>
double ContendedByTwo() {
  constexpr int kOperations = 1'000'000;
  Mutex mutex;
  int guarded = 0;
  std::atomic<int> ready{0};
  const auto work = [&] {
    ++ready;
    while (ready < 2) {
    }
    for (int i = 0; i < kOperations; ++i) {
      mutex.lock();
      ++guarded;
      mutex.unlock();
    }
  };
  const double start = Now();
  std::thread other(work);
  work();
  other.join();
  if (guarded != 2 * kOperations) std::abort();
  return (Now() - start) / kOperations / 2;
}

// Two threads that wait for each other in turn.
struct StdCondition {
  std::mutex mutex;
  std::condition_variable condition;
  void Wait(const std::function<bool()>& ready) {
    std::unique_lock lock(mutex);
    condition.wait(lock, ready);
  }
  void Set(const std::function<void()>& change) {
    const std::scoped_lock lock(mutex);
    change();
    condition.notify_one();
  }
};

struct OwnCondition {
  threading::Lock mutex;
  threading::Condition condition{mutex};
  void Wait(const std::function<bool()>& ready) {
    const std::scoped_lock lock(mutex);
    condition.WaitFor(ready).IgnoreError();
  }
  void Set(const std::function<void()>& change) {
    const std::scoped_lock lock(mutex);
    change();
    condition.Notify().IgnoreError();
  }
};

constexpr int kPasses = 20'000;

template <typename Condition>
double PingPongByCondition() {
  Condition pair[2];
  bool has[2] = {false, false};
  const auto play = [&](int me) {
    for (int i = 0; i < kPasses; ++i) {
      if (me == 0) pair[1].Set([&] { has[1] = true; });
      pair[me].Wait([&] { return has[me]; });
      has[me] = false;
      if (me == 1) pair[0].Set([&] { has[0] = true; });
    }
  };
  const double start = Now();
  std::thread other([&] { play(1); });
  play(0);
  other.join();
  return (Now() - start) / kPasses / 2;
}

class StdEvent {
 public:
  void Set() {
    const std::scoped_lock lock(mutex_);
    set_ = true;
    condition_.notify_all();
  }
  void Clear() {
    const std::scoped_lock lock(mutex_);
    set_ = false;
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [&] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool set_ = false;
};

class OwnEvent {
 public:
  void Set() { event_.Set(); }
  void Clear() { event_.Clear(); }
  void Wait() { event_.Wait().IgnoreError(); }

 private:
  threading::Event event_;
};

template <typename Event>
double PingPongByEvent() {
  Event ping;
  Event pong;
  const double start = Now();
  std::thread other([&] {
    for (int i = 0; i < kPasses; ++i) {
      ping.Wait();
      ping.Clear();
      pong.Set();
    }
  });
  for (int i = 0; i < kPasses; ++i) {
    ping.Set();
    pong.Wait();
    pong.Clear();
  }
  other.join();
  return (Now() - start) / kPasses / 2;
}

double StartAndJoin(void (*start_and_join)()) {
  constexpr int kThreads = 2000;
  const double start = Now();
  for (int i = 0; i < kThreads; ++i) start_and_join();
  return (Now() - start) / kThreads;
}

double StartAndJoinStd() {
  return StartAndJoin([] { std::thread([] {}).join(); });
}
double StartAndJoinOwn() {
  return StartAndJoin([] {
    threading::Thread thread([] {});
    thread.Start().IgnoreError();
    thread.Join().status().IgnoreError();
  });
}

void Run(const Choice& choice) {
  // glibc's mutexes are cheaper while there is one thread.
  std::thread([] {}).join();
  const auto compare = [&](const std::string& title, std::vector<Contender> contenders) {
    Compare(choice, title, std::move(contenders));
  };
  compare("lock+unlock", {{"absl::Mutex", Uncontended<AbslMutex>},
                          {"std::mutex", Uncontended<std::mutex>},
                          {"Lock", Uncontended<threading::Lock>},
                          {"RLock", Uncontended<threading::RLock>},
                          {"std::recursive_mutex", Uncontended<std::recursive_mutex>},
                          {"Semaphore", Uncontended<threading::Semaphore>}});
  compare("lock+unlock, two threads", {{"absl::Mutex", ContendedByTwo<AbslMutex>},
                                       {"std::mutex", ContendedByTwo<std::mutex>},
                                       {"Lock", ContendedByTwo<threading::Lock>},
                                       {"RLock", ContendedByTwo<threading::RLock>}});
  compare("ping-pong by Condition", {{"std::condition_variable", PingPongByCondition<StdCondition>},
                                     {"Condition", PingPongByCondition<OwnCondition>}});
  compare("ping-pong by Event", {{"std::condition_variable", PingPongByEvent<StdEvent>},
                                 {"Event", PingPongByEvent<OwnEvent>}});
  compare("start+join", {{"std::thread", StartAndJoinStd}, {"Thread", StartAndJoinOwn}});
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) { someos::Run(someos::ParseChoice(argc, argv)); }
