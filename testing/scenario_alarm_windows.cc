#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "someos/testing/scenario_alarm.h"

namespace someos {
namespace {

HANDLE g_timer = nullptr;

void CALLBACK Expire(void* message, BOOLEAN /*by_timer*/) {
  std::fputs(static_cast<const std::string*>(message)->c_str(), stderr);
  std::fflush(stderr);
  std::abort();
}

}  // namespace

ScenarioAlarm::ScenarioAlarm(absl::string_view scenario, unsigned seconds)
    : message_(absl::StrCat("\n", scenario, " has not ended after ", seconds, " s: it hangs.\n")) {
  if (CreateTimerQueueTimer(&g_timer, nullptr, Expire, &message_, seconds * 1000, 0,
                            WT_EXECUTEONLYONCE) == 0) {
    std::abort();
  }
}

ScenarioAlarm::~ScenarioAlarm() {
  // Waits for one that is under way, which ends the process.
  DeleteTimerQueueTimer(nullptr, g_timer, INVALID_HANDLE_VALUE);
}

}  // namespace someos
