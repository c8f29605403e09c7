#include "someos/api/multiprocessing/python_worker/launch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/errno_status.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr absl::string_view kImport = "from multiprocessing.";

// Servers of multiprocessing itself.
constexpr absl::string_view kServers[] = {
    "from multiprocessing.semaphore_tracker import main;main(",  // 3.6, 3.7
    "from multiprocessing.resource_tracker import main;main(",   // from 3.8 on
    "from multiprocessing.forkserver import main; main(",
};

absl::Status Unknown(absl::string_view code) {
  return PlainStatus(absl::StatusCode::kUnimplemented,
                     absl::StrCat("this Python starts its workers in a way that is unknown here, "
                                  "where 3.6 to 3.14 are known: -c \"",
                                  code, "\""));
}

// "tracker_fd=6, pipe_handle=13"
bool ReadDescriptors(absl::string_view keywords, Launch& launch) {
  for (const absl::string_view keyword : absl::StrSplit(keywords, ", ")) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(keyword, '=');
    int* const fd = parts.first == "pipe_handle"  ? &launch.pipe
                    : parts.first == "tracker_fd" ? &launch.tracker
                                                  : nullptr;
    if (fd == nullptr) return false;
    if (fd == &launch.tracker && parts.second == "None") continue;
    if (!absl::SimpleAtoi(parts.second, fd) || *fd < 0) return false;
  }
  return launch.pipe >= 0;
}

}  // namespace

absl::StatusOr<Launch> ReadLaunch(const std::vector<std::string>& arguments) {
  Launch launch;
  const auto flag = std::find(arguments.begin(), arguments.end(), "-c");
  if (flag == arguments.end() || flag + 1 == arguments.end()) return launch;
  absl::string_view code = *(flag + 1);
  const absl::string_view whole = code;
  absl::ConsumePrefix(&code, "import sys; ");  // of the fork server, in 3.14
  if (!absl::StartsWith(code, kImport)) return launch;
  for (const absl::string_view server : kServers) {
    if (absl::StartsWith(code, server)) {
      launch.kind = Launch::Kind::kInterpreter;
      return launch;
    }
  }
  const bool spawn =
      absl::ConsumePrefix(&code, "from multiprocessing.spawn import spawn_main; spawn_main(") &&
      absl::ConsumeSuffix(&code, ")") && ReadDescriptors(code, launch);
  const bool marked = flag + 2 != arguments.end() && *(flag + 2) == "--multiprocessing-fork";
  if (!spawn || !marked) return Unknown(whole);
  launch.kind = Launch::Kind::kWorker;
  return launch;
}

}  // namespace someos::multiprocessing::internal
