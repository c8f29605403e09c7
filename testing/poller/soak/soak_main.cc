// Long soaks by hand; see README.md.

#include <cstdint>
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/backend.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/soak/soak.h"
#include "someos/testing/scenario_alarm.h"

ABSL_FLAG(std::string, backend, "", "soak this backend alone: select, poll, epoll or kqueue");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(10), "of each backend's soak");
ABSL_FLAG(uint64_t, seed, 1, "of the random choices");
ABSL_FLAG(int, descriptors, 0, "the most that connections take; 0: as many as the system gives");
ABSL_FLAG(int, changers, 2, "threads that change and wake while another waits");
ABSL_FLAG(bool, storm, false, "changes and wakes alone: four threads of them, or --changers");
ABSL_FLAG(bool, forks, true, "forks in between");

namespace someos::soak {
namespace {

SoakOptions OptionsFromFlags() {
  SoakOptions options;
  options.duration = absl::GetFlag(FLAGS_duration);
  options.seed = absl::GetFlag(FLAGS_seed);
  options.descriptors = absl::GetFlag(FLAGS_descriptors);
  options.changers = absl::GetFlag(FLAGS_changers);
  options.forks = absl::GetFlag(FLAGS_forks);
  if (absl::GetFlag(FLAGS_storm)) {
    options.connections = options.forks = false;
    if (options.changers == 2) options.changers = 4;
  }
  return options;
}

// Prints the figures, and returns whether all was well.
bool Soak(const Backend& backend, const SoakOptions& options) {
  std::cout << backend.implementation << ":" << std::endl;
  const ScenarioAlarm alarm(
      "the soak", static_cast<unsigned>(absl::ToInt64Seconds(options.duration * 2)) + 300);
  const SoakReport report = RunSoak(backend, options);
  std::cout << report.figures << std::flush;
  for (const std::string& complaint : report.complaints) std::cout << "  " << complaint << "\n";
  std::cout << (report.complaints.empty() ? "  all is well" : "  FAILED") << std::endl;
  return report.complaints.empty();
}

int Main() {
  const std::string name = absl::GetFlag(FLAGS_backend);
  const SoakOptions options = OptionsFromFlags();
  bool found = false;
  bool well = true;
  for (const Backend* backend : AllBackends()) {
    if (!name.empty() && backend->name != name) continue;
    found = true;
    well &= Soak(*backend, options);
  }
  if (found) return well ? 0 : 1;
  std::cerr << "--backend " << name << ": not linked; linked:";
  for (const Backend* backend : AllBackends()) std::cerr << " " << backend->name;
  std::cerr << "\n";
  return 2;
}

}  // namespace
}  // namespace someos::soak

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("drives each backend with load and accounts for all of it");
  absl::ParseCommandLine(argc, argv);
  return someos::soak::Main();
}
