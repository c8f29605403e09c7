// Threads that are not woken, or that go on although they should wait.

#include <vector>

#include "someos/testing/threading/bugs/bugs.h"
#include "someos/testing/threading/bugs/threads.h"

namespace someos {
namespace {

// The flag is looked at before the lock is taken: a notification in between is lost.
void LookedAtWithoutTheLock(bool repaired) {
  Condition condition;
  Atomic<bool> ready = false;
  Together threads;
  threads.Run([&] {
    if (!repaired && ready.load()) return;
    Acquire(condition);
    if (!repaired || !ready.load()) CheckOk(condition.Wait().status());
    Release(condition);
  });
  threads.Run([&] {
    Acquire(condition);
    ready.store(true);
    CheckOk(condition.Notify());
    Release(condition);
  });
}

// Two consumers are notified of one item, and the second does not look again.
void IfInsteadOfWhile(bool repaired) {
  Condition condition;
  int items = 0;
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&] {
      Acquire(condition);
      if (items == 0) CheckOk(condition.Wait().status());
      while (repaired && items == 0) CheckOk(condition.Wait().status());
      Check(items > 0, "taken from an empty queue");
      --items;
      Release(condition);
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.Run([&] {
      Acquire(condition);
      ++items;
      CheckOk(condition.NotifyAll());
      Release(condition);
    });
  }
}

// Producers and consumers wait for the same condition, and the wrong one is notified.
void OneConditionForTwo(bool repaired) {
  Condition condition;
  int items = 0;
  const auto change = [&](int from, int to) {
    Acquire(condition);
    while (items != from) CheckOk(condition.Wait().status());
    items = to;
    CheckOk(repaired ? condition.NotifyAll() : condition.Notify());
    Release(condition);
  };
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&] { change(1, 0); });
    threads.Run([&] { change(0, 1); });
  }
}

// The event is cleared after the work was looked for: what came in between is not announced any
// more.
void ClearedTooLate(bool repaired) {
  Event event;
  Atomic<int> work = 0;
  Together threads;
  threads.Run([&] {
    for (int done = 0; done < 2;) {
      CheckOk(event.Wait().status());
      if (repaired) event.Clear();
      done += work.exchange(0);
      if (!repaired) event.Clear();
    }
  });
  threads.Run([&] {
    for (int i = 0; i < 2; ++i) {
      work.fetch_add(1);
      event.Set();
    }
  });
}

// The worker is told to stop while it is about to wait.
void NotWokenToStop(bool repaired) {
  Semaphore work(0);
  Atomic<bool> stop = false;
  Together threads;
  threads.Run([&] {
    while (!stop.load()) CheckOk(work.Acquire().status());
  });
  threads.Run([&] {
    CheckOk(work.Release());
    stop.store(true);
    if (repaired) CheckOk(work.Release());
  });
}

// A pool of two has a semaphore of three.
void SemaphoreOffByOne(bool repaired) {
  Semaphore free_places(repaired ? 2 : 3);
  Atomic<int> used = 0;
  Together threads;
  for (int i = 0; i < 3; ++i) {
    threads.Run([&] {
      CheckOk(free_places.Acquire().status());
      Check(used.fetch_add(1) < 2, "more are used than there are");
      used.fetch_sub(1);
      CheckOk(free_places.Release());
    });
  }
}

// A barrier made of a count: the first thread comes to the second round before the other one has
// left the first.
void BarrierReusedTooEarly(bool repaired) {
  Lock lock;
  Event all_there;
  int waiting = 0;
  Barrier barrier(2);
  const auto wait = [&] {
    if (repaired) return CheckOk(barrier.Wait().status());
    Acquire(lock);
    const bool last = ++waiting == 2;
    if (last) waiting = 0;
    Release(lock);
    if (last) {
      all_there.Set();
    } else {
      CheckOk(all_there.Wait().status());
      all_there.Clear();
    }
  };
  Atomic<int> round[2] = {0, 0};
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&, i] {
      for (int r = 1; r <= 2; ++r) {
        round[i].store(r);
        wait();
        Check(round[1 - i].load() >= r, "passed the barrier alone");
      }
    });
  }
}

}  // namespace

std::vector<Bug> WakeupBugs() {
  return {
      {"looked_at_without_the_lock", "lost wakeup", LookedAtWithoutTheLock},
      {"if_instead_of_while", "failed", IfInsteadOfWhile},
      {"one_condition_for_two", "lost wakeup", OneConditionForTwo},
      {"cleared_too_late", "lost wakeup", ClearedTooLate},
      {"not_woken_to_stop", "lost wakeup", NotWokenToStop},
      {"semaphore_off_by_one", "failed", SemaphoreOffByOne},
      {"barrier_reused_too_early", "", BarrierReusedTooEarly},
  };
}

}  // namespace someos
