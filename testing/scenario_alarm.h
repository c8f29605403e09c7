// Ends a scenario that hangs.

#ifndef SOMEOS_TESTING_SCENARIO_ALARM_H_
#define SOMEOS_TESTING_SCENARIO_ALARM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos {

// While it lives, the process is given `seconds` to end it; then it prints `scenario` and aborts.
// It owns SIGALRM and alarm(), on Windows a timer, so one at a time. A forked child inherits no
// alarm.
class ScenarioAlarm {
 public:
  ScenarioAlarm(absl::string_view scenario, unsigned seconds);
  ScenarioAlarm(const ScenarioAlarm&) = delete;
  ScenarioAlarm& operator=(const ScenarioAlarm&) = delete;
  ~ScenarioAlarm();

 private:
  std::string message_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_SCENARIO_ALARM_H_
