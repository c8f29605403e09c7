// The command line of tail.

#ifndef SOMEOS_TOOLS_TAIL_OPTIONS_H_
#define SOMEOS_TOOLS_TAIL_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace someos::tail {

struct Options {
  bool help = false;
  bool follow = false;
  uint64_t lines = 10;
  absl::Duration interval = absl::Milliseconds(100);
  std::vector<std::string> paths;  // at least one, unless `help`
};

// Reads the arguments after the program's name.
//
// kInvalidArgument, with a message that names the argument.
absl::StatusOr<Options> ParseOptions(absl::Span<const char* const> arguments);

// What --help prints, ending in a newline.
absl::string_view HelpText();

}  // namespace someos::tail

#endif  // SOMEOS_TOOLS_TAIL_OPTIONS_H_
