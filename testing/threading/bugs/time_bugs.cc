// Timeouts that are taken for impossible, and loops that wait in vain.

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/testing/threading/bugs/bugs.h"
#include "someos/testing/threading/bugs/threads.h"

namespace someos {
namespace {

// What Wait returned is not looked at.
void TimeoutIgnored(bool repaired) {
  Event ready;
  Atomic<int> answer = 0;
  Together threads;
  threads.Run([&] {
    const absl::StatusOr<bool> waited = ready.Wait(absl::Milliseconds(100));
    CheckOk(waited.status());
    if (repaired && !*waited) return;
    Check(answer.load() == 42, "used after a timeout");
  });
  threads.Run([&] {
    answer.store(42);
    ready.Set();
  });
}

// A timer's function may be running when it is cancelled.
void CancelledTooLate(bool repaired) {
  Atomic<bool> closed = false;
  Timer timer(absl::Milliseconds(50), [&] { Check(!closed.load(), "used after it was closed"); });
  CheckOk(timer.Start());
  timer.Cancel();
  if (repaired) CheckOk(timer.Join().status());
  closed.store(true);
  CheckOk(timer.Join().status());
}

// Each waits in a loop until the other one gives up.
void WaitsInALoop(bool repaired) {
  Atomic<bool> wants[2] = {false, false};
  Together threads;
  for (int i = 0; i < 2; ++i) {
    threads.Run([&, i] {
      wants[i].store(true);
      while (wants[1 - i].load()) {
        if (!repaired || i == 0) {
          Yield();
          continue;
        }
        wants[i].store(false);
        while (wants[0].load()) Yield();
        wants[i].store(true);
      }
      wants[i].store(false);
    });
  }
}

}  // namespace

std::vector<Bug> TimeBugs() {
  return {
      {"timeout_ignored", "failed", TimeoutIgnored},
      {"cancelled_too_late", "failed", CancelledTooLate},
      {"waits_in_a_loop", "step limit", WaitsInALoop},
  };
}

}  // namespace someos
