// Explores a body with a race on a plain variable or, if it is called with an argument, one
// without. To be run under ThreadSanitizer.

#include <cstdlib>

#include "absl/status/status.h"
#include "someos/backends/thread_stepped/explore.h"
#include "someos/backends/thread_stepped/thread_stepped.h"

namespace {

using someos::thread_stepped::Lock;
using someos::thread_stepped::Threads;

void RunThreads(bool repaired) {
  Lock lock;
  int plain = 0;
  const auto add = [&](bool locked) {
    if (locked && !lock.Acquire().ok()) std::abort();
    ++plain;
    if (locked && !lock.Release().ok()) std::abort();
  };
  Threads::Thread one([&] { add(/*locked=*/true); });
  Threads::Thread two([&] { add(/*locked=*/repaired); });
  if (!one.Start().ok() || !two.Start().ok() || !one.Join().ok() || !two.Join().ok()) std::abort();
}

}  // namespace

int main(int argc, char** /*argv*/) {
  const bool repaired = argc > 1;
  return someos::thread_stepped::Explore([&] { RunThreads(repaired); }).ok() ? 0 : 1;
}
