// pollers: prints which backends this build links, which one is the default and why, and what each
// of them supports on this machine.

#include <cstdio>
#include <string>

#include "absl/status/statusor.h"
#include "someos/api/select.h"
#include "someos/tools/pollers/report.h"

int main(int argc, char** argv) {
  if (argc > 1) {
    fprintf(stderr,
            "pollers: unexpected argument: %s\n"
            "It takes none, and prints the backends that this build links and what they can do.\n"
            "%s=NAME in the environment changes the default.\n",
            argv[1], someos::kPollerVariable);
    return 2;
  }
  const absl::StatusOr<someos::DefaultChoice> choice = someos::DefaultBackend();
  if (!choice.ok()) {
    fprintf(stderr, "pollers: %s\n", std::string(choice.status().message()).c_str());
    return 1;
  }
  fputs(someos::PollersReport(someos::LinkedBackends(), *choice).c_str(), stdout);
  return 0;
}
