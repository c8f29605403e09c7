// Threads that wait for each other.

#include <vector>

#include "someos/testing/threading/bugs/bugs.h"
#include "someos/testing/threading/bugs/threads.h"

namespace someos {
namespace {

// Two locks, taken in both orders.
void TwoLocks(bool repaired) {
  Lock a;
  Lock b;
  const auto with_both = [](Lock& first, Lock& second) {
    Acquire(first);
    Acquire(second);
    Release(second);
    Release(first);
  };
  Together threads;
  threads.Run([&] { with_both(a, b); });
  threads.Run([&] { repaired ? with_both(a, b) : with_both(b, a); });
}

// Dijkstra's philosophers: each has taken the fork on his left.
void ThreeLocks(bool repaired) {
  Lock forks[3];
  Together threads;
  for (int i = 0; i < 3; ++i) {
    threads.Run([&forks, i, repaired] {
      Lock& left = forks[i];
      Lock& right = forks[(i + 1) % 3];
      const bool other_way = repaired && i == 2;
      Acquire(other_way ? right : left);
      Acquire(other_way ? left : right);
      Release(left);
      Release(right);
    });
  }
}

// Who joins a thread holds a lock that the thread needs.
void JoinWithLockHeld(bool repaired) {
  Lock lock;
  Thread worker([&] {
    Acquire(lock);
    Release(lock);
  });
  CheckOk(worker.Start());
  Acquire(lock);
  if (repaired) Release(lock);
  CheckOk(worker.Join().status());
  if (!repaired) Release(lock);
}

// A path that comes rarely locks a lock that its caller has locked.
void LockedTwice(bool repaired) {
  Lock lock;
  Atomic<int> queued = 0;
  const auto flush = [&](bool locked) {
    if (!locked) Acquire(lock);
    queued.store(0);
    if (!locked) Release(lock);
  };
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&] {
      queued.fetch_add(1);
      Acquire(lock);
      if (queued.load() == 2) flush(repaired);
      Release(lock);
    });
  }
}

// Each needs both units of a semaphore, and takes them one by one.
void SemaphoreInParts(bool repaired) {
  Semaphore units(2);
  Lock one_at_a_time;
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&] {
      if (repaired) Acquire(one_at_a_time);
      CheckOk(units.Acquire().status());
      CheckOk(units.Acquire().status());
      if (repaired) Release(one_at_a_time);
      CheckOk(units.Release(2));
    });
  }
}

}  // namespace

std::vector<Bug> DeadlockBugs() {
  return {
      {"two_locks", "deadlock", TwoLocks},
      {"three_locks", "deadlock", ThreeLocks},
      {"join_with_lock_held", "deadlock", JoinWithLockHeld},
      {"locked_twice", "deadlock", LockedTwice},
      {"semaphore_in_parts", "lost wakeup", SemaphoreInParts},
  };
}

}  // namespace someos
