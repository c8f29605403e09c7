#include "someos/backends/thread_stepped/race.h"

#include <utility>

#include "someos/backends/thread_stepped/hidden.h"

namespace someos::thread_stepped {
namespace {

bool& RaceReported() {
  static thread_local bool reported = false;
  return reported;
}

}  // namespace

bool TakeRaceReport() { return std::exchange(RaceReported(), false); }

}  // namespace someos::thread_stepped

#if SOMEOS_THREAD_SANITIZER
// Called by the sanitizer's run-time library, which has it as a weak symbol, for each report.
extern "C" void __tsan_on_report(void* /*report*/) {  // NOLINT: the name is not ours
  someos::thread_stepped::RaceReported() = true;
}
#endif
