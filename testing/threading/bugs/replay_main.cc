// replay NAME TOKEN: repeats a schedule of the program, as it is. Succeeds if it fails, with the
// report on the standard error output.

#include <cstdio>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/backends/thread_stepped/explore.h"
#include "someos/testing/threading/bugs/bugs.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: replay NAME TOKEN\n", stderr);
    return 2;
  }
  for (const someos::Bug& bug : someos::AllBugs()) {
    if (absl::string_view(bug.name) != argv[1]) continue;
    const absl::Status status =
        someos::thread_stepped::Replay([&] { bug.body(/*repaired=*/false); }, argv[2]);
    return status.code() == absl::StatusCode::kAborted ? 0 : 1;
  }
  std::fprintf(stderr, "there is no program %s\n", argv[1]);
  return 2;
}
