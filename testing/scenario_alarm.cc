#include "someos/testing/scenario_alarm.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

// What the handler prints: a handler may not allocate.
const std::string* g_message = nullptr;
struct sigaction g_previous;

void Expire(int /*signal*/) {
  // Nothing can be done if standard error is gone.
  if (write(STDERR_FILENO, g_message->data(), g_message->size()) < 0) std::abort();
  std::abort();
}

}  // namespace

ScenarioAlarm::ScenarioAlarm(absl::string_view scenario, unsigned seconds)
    : message_(absl::StrCat("\n", scenario, " has not ended after ", seconds, " s: it hangs.\n")) {
  g_message = &message_;
  struct sigaction action = {};
  action.sa_handler = Expire;
  sigemptyset(&action.sa_mask);
  MustSucceed(sigaction(SIGALRM, &action, &g_previous), "sigaction");
  alarm(seconds);
}

ScenarioAlarm::~ScenarioAlarm() {
  alarm(0);
  MustSucceed(sigaction(SIGALRM, &g_previous, nullptr), "sigaction");
  g_message = nullptr;
}

}  // namespace someos
