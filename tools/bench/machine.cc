#include "someos/tools/bench/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace someos::bench {
namespace {

// On Linux, from /proc/cpuinfo; elsewhere empty.
std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, "model name")) continue;
    return absl::StrCat(" ", absl::StripAsciiWhitespace(line.substr(line.find(':') + 1)));
  }
  return "";
}

}  // namespace

std::string Machine() {
  utsname system = {};
  uname(&system);
  return absl::StrCat(absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone()), ", ",
                      system.sysname, " ", system.release, " ", system.machine, ", ",
                      sysconf(_SC_NPROCESSORS_ONLN), " processors", ProcessorName());
}

}  // namespace someos::bench
