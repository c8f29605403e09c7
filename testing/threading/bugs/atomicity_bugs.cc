// What should happen as a whole, and does not.

#include <optional>
#include <vector>

#include "someos/testing/threading/bugs/bugs.h"
#include "someos/testing/threading/bugs/threads.h"

namespace someos {
namespace {

// Two threads count, each in two operations.
void LostUpdate(bool repaired) {
  Atomic<int> count = 0;
  {
    Together threads;
    for (int i = 0; i < 2; ++i) {
      threads.Run([&] {
        if (repaired) {
          count.fetch_add(1);
        } else {
          count.store(count.load() + 1);
        }
      });
    }
  }
  Check(count.load() == 2, "an update is lost");
}

// Both see enough money, and both take it.
void CheckThenAct(bool repaired) {
  Lock lock;
  Atomic<int> balance = 100;
  const auto withdraw = [&] {
    if (balance.load() >= 80) balance.fetch_sub(80);
  };
  {
    Together threads;
    for (int i = 0; i < 2; ++i) {
      threads.Run([&] {
        if (repaired) Acquire(lock);
        withdraw();
        if (repaired) Release(lock);
      });
    }
  }
  Check(balance.load() >= 0, "more was taken than there was");
}

// Each access is locked, but not the whole of them: plain variables, without a data race.
void TwoCriticalSections(bool repaired) {
  Lock lock;
  int value = 0;
  {
    Together threads;
    for (int i = 0; i < 2; ++i) {
      threads.Run([&] {
        Acquire(lock);
        const int seen = value;
        if (!repaired) {
          Release(lock);
          Acquire(lock);
        }
        value = seen + 1;
        Release(lock);
      });
    }
  }
  Check(value == 2, "an update between two critical sections is lost");
}

// The one that does not get the lock goes on without it.
void GoesOnWithoutTheLock(bool repaired) {
  Lock lock;
  Atomic<int> inside = 0;
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&] {
      const bool locked = *lock.Acquire(/*blocking=*/false);
      if (!locked && repaired) return;
      Check(inside.fetch_add(1) == 0, "two threads are in the critical section");
      inside.fetch_sub(1);
      if (locked) Release(lock);
    });
  }
}

// The flag of double-checked locking is set before the object is complete.
void DoubleCheckedLocking(bool repaired) {
  Lock lock;
  Atomic<bool> made = false;
  Atomic<int> object = 0;
  const auto get = [&] {
    if (!made.load()) {
      Acquire(lock);
      if (!made.load()) {
        if (!repaired) made.store(true);
        object.store(42);
        made.store(true);
      }
      Release(lock);
    }
    return object.load();
  };
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&] { Check(get() == 42, "the object is used before it is made"); });
  }
}

// A stack of nodes that are used again: the head is the same, but what is below it is not. A tag
// makes each head another one.
void Aba(bool repaired) {
  constexpr int kTag = 16;
  Atomic<int> next[3] = {0, 0, 0};  // of nodes 1 and 2; 0 is the end
  next[2].store(1);
  Atomic<int> head = 2;
  const auto pop = [&] {
    for (;;) {
      int seen = head.load();
      const int node = seen % kTag;
      if (node == 0) return 0;
      const int below = next[node].load();
      const int tag = repaired ? seen / kTag + 1 : 0;
      if (head.compare_exchange_strong(seen, below + tag * kTag)) return node;
    }
  };
  const auto push = [&](int node) {
    for (;;) {
      int seen = head.load();
      next[node].store(seen % kTag);
      const int tag = repaired ? seen / kTag + 1 : 0;
      if (head.compare_exchange_strong(seen, node + tag * kTag)) return;
    }
  };
  Atomic<int> owners[3] = {0, 0, 0};
  const auto take = [&] {
    const int node = pop();
    if (node != 0) Check(owners[node].fetch_add(1) == 0, "two threads have the same node");
    return node;
  };
  Together threads;
  threads.Run([&] { take(); });
  threads.Run([&] {
    const int first = take();
    take();
    if (first == 0) return;
    owners[first].fetch_sub(1);
    push(first);
    take();
  });
}

// The one that brings the count to zero destroys the object; here that is seen only afterwards.
void ReferenceCount(bool repaired) {
  Atomic<int> references = 2;
  Atomic<int> destroyed = 0;
  {
    Together threads;
    for (int i = 0; i < 2; ++i) {
      threads.Run([&] {
        bool last;
        if (repaired) {
          last = references.fetch_sub(1) == 1;
        } else {
          references.fetch_sub(1);
          last = references.load() == 0;
        }
        if (last) destroyed.fetch_add(1);
      });
    }
  }
  Check(destroyed.load() == 1, "destroyed twice");
}

// Dekker's flags, raised only after the other's has been looked at.
void FlagsRaisedTooLate(bool repaired) {
  Atomic<bool> wants[2] = {false, false};
  Atomic<int> inside = 0;
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&, i] {
      if (repaired) wants[i].store(true);
      const bool other = wants[1 - i].load();
      wants[i].store(true);
      if (!other) {
        Check(inside.fetch_add(1) == 0, "two threads are in the critical section");
        inside.fetch_sub(1);
      }
      wants[i].store(false);
    });
  }
}

}  // namespace

std::vector<Bug> AtomicityBugs() {
  return {
      {"lost_update", "failed", LostUpdate},
      {"check_then_act", "failed", CheckThenAct},
      {"two_critical_sections", "failed", TwoCriticalSections},
      {"goes_on_without_the_lock", "failed", GoesOnWithoutTheLock},
      {"double_checked_locking", "failed", DoubleCheckedLocking},
      {"aba", "failed", Aba},
      {"reference_count", "failed", ReferenceCount},
      {"flags_raised_too_late", "failed", FlagsRaisedTooLate},
  };
}

}  // namespace someos
