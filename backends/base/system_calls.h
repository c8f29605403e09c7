// Which of its system calls a poller makes.

#ifndef SOMEOS_BACKENDS_BASE_SYSTEM_CALLS_H_
#define SOMEOS_BACKENDS_BASE_SYSTEM_CALLS_H_

#include <cstdint>

#include "someos/api/backend.h"

namespace someos::base {

// The kinds of calls are those of backends/SYSTEM_CALLS.md.
enum class SystemCalls : uint8_t {
  kAll,
  kRequired,  // none that is optional
};

inline SystemCalls SystemCallsOf([[maybe_unused]] const PollerOptions& options) {
#ifdef __linux__
  if (options.required_system_calls_only) return SystemCalls::kRequired;
#endif
  return SystemCalls::kAll;
}

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_SYSTEM_CALLS_H_
