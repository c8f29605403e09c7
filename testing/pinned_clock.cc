#include "someos/testing/pinned_clock.h"

#include <time.h>

#include <cstdint>

#include "absl/base/config.h"

// Sanitizers have a function of their own by this name.
#if defined(__linux__) && !defined(ABSL_HAVE_ADDRESS_SANITIZER) && \
    !defined(ABSL_HAVE_MEMORY_SANITIZER) && !defined(ABSL_HAVE_THREAD_SANITIZER)
#define SOMEOS_REPLACES_CLOCK_GETTIME 1
#include <dlfcn.h>
#endif

namespace someos {
namespace {

thread_local bool g_pinned = false;
thread_local int64_t g_nanoseconds = 0;
thread_local int g_reads = 0;
thread_local int g_reads_of_others = 0;

}  // namespace

PinnedClock::PinnedClock(int64_t nanoseconds) {
  g_pinned = true;
  g_reads = g_reads_of_others = 0;
  Set(nanoseconds);
}
PinnedClock::~PinnedClock() { g_pinned = false; }

void PinnedClock::Set(int64_t nanoseconds) { g_nanoseconds = nanoseconds; }

int PinnedClock::reads() const { return g_reads; }
int PinnedClock::reads_of_others() const { return g_reads_of_others; }

#ifdef SOMEOS_REPLACES_CLOCK_GETTIME

bool PinnedClock::Works() { return true; }

namespace {

// Whether the pinned clock is what was asked for; fills `now` then.
bool ReadPinned(clockid_t clock, timespec* now) {
  if (!g_pinned) return false;
  if (clock != CLOCK_MONOTONIC) {
    ++g_reads_of_others;
    return false;
  }
  ++g_reads;
  constexpr int64_t kNanosPerSecond = 1'000'000'000;
  now->tv_sec = static_cast<time_t>(g_nanoseconds / kNanosPerSecond);
  now->tv_nsec = static_cast<long>(g_nanoseconds % kNanosPerSecond);
  return true;
}

}  // namespace

}  // namespace someos

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  static auto* const behind =
      reinterpret_cast<decltype(&clock_gettime)>(dlsym(RTLD_NEXT, "clock_gettime"));
  return someos::ReadPinned(clock, now) ? 0 : behind(clock, now);
}

#else

bool PinnedClock::Works() { return false; }

}  // namespace someos

#endif
