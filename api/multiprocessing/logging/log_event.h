// What the layers of multiprocessing report about themselves. Private to api/multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_LOGGING_LOG_EVENT_H_
#define SOMEOS_API_MULTIPROCESSING_LOGGING_LOG_EVENT_H_

#include <atomic>
#include <climits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/logging/log_level.h"

namespace someos::multiprocessing::internal {

// Filled by GetLogger. The layers do not depend on the logger, so that programs that do not log do
// not link it.
struct LogHook {
  std::atomic<int> level{INT_MAX};  // the lowest one that is wanted
  std::atomic<void (*)(int level, absl::string_view message)> write{nullptr};
};

inline LogHook& TheLogHook() {
  static LogHook hook;
  return hook;
}

// Costs a comparison while nobody wants to know.
template <typename... Parts>
void LogEvent(int level, const Parts&... parts) {
  const LogHook& hook = TheLogHook();
  if (level < hook.level.load(std::memory_order_relaxed)) return;
  const auto write = hook.write.load(std::memory_order_acquire);
  if (write != nullptr) write(level, absl::StrCat(parts...));
}

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_LOGGING_LOG_EVENT_H_
