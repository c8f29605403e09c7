// What should happen before something else, and does not.

#include <vector>

#include "someos/testing/threading/bugs/bugs.h"
#include "someos/testing/threading/bugs/threads.h"

namespace someos {
namespace {

// A thread uses a variable, a plain one, that is set after its start.
void StartedTooEarly(bool repaired) {
  int port = 0;
  Thread server([&] { Check(port == 80, "used before it is set"); });
  if (repaired) port = 80;
  CheckOk(server.Start());
  if (!repaired) port = 80;
  CheckOk(server.Join().status());
}

// An event is set before what it announces is there.
void AnnouncedTooEarly(bool repaired) {
  Event ready;
  int answer = 0;
  Together threads;
  threads.Run([&] {
    CheckOk(ready.Wait().status());
    Check(answer == 42, "announced, but not there");
  });
  threads.Run([&] {
    if (repaired) answer = 42;
    ready.Set();
    if (!repaired) answer = 42;
  });
}

// The result is read before all threads have been joined.
void JoinForgotten(bool repaired) {
  Atomic<int> sum = 0;
  Thread one([&] { sum.fetch_add(1); });
  Thread two([&] { sum.fetch_add(2); });
  CheckOk(one.Start());
  CheckOk(two.Start());
  CheckOk(one.Join().status());
  if (repaired) CheckOk(two.Join().status());
  Check(sum.load() == 3, "read before it was complete");
}

// A lock is taken for a proof that another thread has been there first.
void LockIsNoOrder(bool repaired) {
  Lock lock;
  Event written;
  int value = 0;
  Together threads;
  threads.Run([&] {
    Acquire(lock);
    value = 1;
    Release(lock);
    written.Set();
  });
  threads.Run([&] {
    if (repaired) CheckOk(written.Wait().status());
    Acquire(lock);
    Check(value == 1, "read before it was written");
    Release(lock);
  });
}

// What was found in a critical section is used behind it, when another thread may have closed it.
void EscapedFromTheLock(bool repaired) {
  Lock lock;
  Atomic<bool> files[2] = {true, true};  // whether each is open
  int current = 0;
  Together threads;
  threads.Run([&] {
    Acquire(lock);
    const Atomic<bool>& file = files[current];
    if (!repaired) Release(lock);
    Check(file.load(), "used after it was closed");
    if (repaired) Release(lock);
  });
  threads.Run([&] {
    Acquire(lock);
    files[current].store(false);
    current = 1;
    Release(lock);
  });
}

}  // namespace

std::vector<Bug> OrderBugs() {
  return {
      {"started_too_early", "failed", StartedTooEarly},
      {"announced_too_early", "failed", AnnouncedTooEarly},
      {"join_forgotten", "failed", JoinForgotten},
      {"lock_is_no_order", "failed", LockIsNoOrder},
      {"escaped_from_the_lock", "failed", EscapedFromTheLock},
  };
}

}  // namespace someos
