// Protocols of several steps, one of which is missing or in the wrong place.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "someos/backends/thread_base/thread_pool.h"
#include "someos/testing/threading/bugs/bugs.h"
#include "someos/testing/threading/bugs/threads.h"

namespace someos {
namespace {

// Two readers, each of which waits to become the writer until the other one has stopped reading.
void UpgradedByTwo(bool repaired) {
  Condition changed;
  int readers = 0;
  bool upgrading = false;
  int value = 0;
  const auto stop_reading = [&] {
    --readers;
    CheckOk(changed.NotifyAll());
    Release(changed);
  };
  const auto read_then_write = [&] {
    Acquire(changed);
    ++readers;
    Release(changed);
    Acquire(changed);
    if (repaired && upgrading) return stop_reading();
    upgrading = true;
    while (readers > 1) CheckOk(changed.Wait().status());
    ++value;
    upgrading = false;
    stop_reading();
  };
  {
    Together threads;
    threads.Run(read_then_write);
    threads.Run(read_then_write);
  }
  Check(value > 0, "nobody has written");
}

// An object without references is going to be destroyed, even if somebody has just found it.
void RevivedReference(bool repaired) {
  Atomic<int> references = 1;
  Atomic<bool> destroyed = false;
  const auto drop = [&] {
    if (references.fetch_sub(1) == 1) destroyed.store(true);
  };
  const auto find = [&] {
    if (!repaired) {
      if (references.load() == 0) return false;
      references.fetch_add(1);
      return true;
    }
    int seen = references.load();
    while (seen > 0) {
      if (references.compare_exchange_strong(seen, seen + 1)) return true;
    }
    return false;
  };
  Together threads;
  threads.Run(drop);
  threads.Run([&] {
    if (!find()) return;
    Check(!destroyed.load(), "used after it was destroyed");
    drop();
  });
}

// A job that is accepted while the worker ends is never done.
void JobAfterClose(bool repaired) {
  Condition changed;
  Atomic<bool> closed = false;
  int jobs = 0;
  int done = 0;
  int accepted = 0;
  {
    Together threads;
    threads.Run([&] {
      Acquire(changed);
      while (!closed.load() || jobs > 0) {
        while (jobs == 0 && !closed.load()) CheckOk(changed.Wait().status());
        done += jobs;
        jobs = 0;
      }
      Release(changed);
    });
    threads.Run([&] {
      if (!repaired && closed.load()) return;
      Acquire(changed);
      if (!repaired || !closed.load()) {
        ++jobs;
        ++accepted;
      }
      CheckOk(changed.NotifyAll());
      Release(changed);
    });
    threads.Run([&] {
      Acquire(changed);
      closed.store(true);
      CheckOk(changed.NotifyAll());
      Release(changed);
    });
  }
  Check(done == accepted, "an accepted job was not done");
}

// A sequence lock: a reader that looks at the number only before it reads may have read half of two
// values.
void TornSnapshot(bool repaired) {
  Atomic<int> sequence = 0;  // odd while there is a change
  Atomic<int> parts[2] = {0, 0};
  Together threads;
  threads.Run([&] {
    sequence.fetch_add(1);
    for (Atomic<int>& part : parts) part.store(1);
    sequence.fetch_add(1);
  });
  threads.Run([&] {
    for (;;) {
      const int before = sequence.load();
      if (before % 2 != 0) {
        Yield();
        continue;
      }
      const int first = parts[0].load();
      const int second = parts[1].load();
      if (repaired && sequence.load() != before) continue;
      Check(first == second, "half of two values");
      return;
    }
  });
}

// The result of a task is read without a wait for the task.
void ResultNotWaitedFor(bool repaired) {
  thread_base::ThreadPoolOptions options;
  options.workers = 1;
  absl::StatusOr<std::unique_ptr<Threads::ThreadPool>> pool = Threads::ThreadPool::Create(options);
  CheckOk(pool.status());
  Atomic<int> answer = 0;
  auto task = (*pool)->Submit([&] { answer.store(42); });
  if (repaired) CheckOk(task.Get());
  Check(answer.load() == 42, "read before it was written");
}

}  // namespace

std::vector<Bug> ProtocolBugs() {
  return {
      {"upgraded_by_two", "lost wakeup", UpgradedByTwo},
      {"revived_reference", "failed", RevivedReference},
      {"job_after_close", "failed", JobAfterClose},
      {"torn_snapshot", "failed", TornSnapshot},
      {"result_not_waited_for", "failed", ResultNotWaitedFor},
  };
}

}  // namespace someos
