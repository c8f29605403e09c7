#include "someos/tools/tail/options.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace someos::tail {
namespace {

absl::Status Invalid(absl::string_view argument, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(argument, ": ", why));
}

absl::Status ParseFlag(absl::string_view argument, Options& options) {
  absl::string_view value = argument;
  if (argument == "--help" || argument == "-h") {
    options.help = true;
  } else if (argument == "--follow" || argument == "-f") {
    options.follow = true;
  } else if (absl::ConsumePrefix(&value, "--lines=")) {
    if (!absl::SimpleAtoi(value, &options.lines)) return Invalid(argument, "not a number of lines");
  } else if (absl::ConsumePrefix(&value, "--interval=")) {
    if (!absl::ParseDuration(value, &options.interval) ||
        options.interval <= absl::ZeroDuration() || options.interval > absl::Hours(1)) {
      return Invalid(argument, "not a time from 1ns to 1h, such as 100ms");
    }
  } else {
    return Invalid(argument, "unknown flag; see --help");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ParseOptions(absl::Span<const char* const> arguments) {
  Options options;
  bool flags = true;
  for (const absl::string_view argument : arguments) {
    if (flags && argument == "--") {
      flags = false;
    } else if (flags && absl::StartsWith(argument, "-")) {
      if (absl::Status status = ParseFlag(argument, options); !status.ok()) return status;
    } else {
      options.paths.emplace_back(argument);
    }
  }
  if (!options.help && options.paths.empty()) {
    return absl::InvalidArgumentError("no file given; see --help");
  }
  return options;
}

absl::string_view HelpText() {
  return R"(tail [flags] FILE...

Prints the last lines of files and, with --follow, what is added to them, until SIGINT or
SIGTERM, or until nobody reads its output any more. Files are followed by name, as log
files need it: one that is truncated is printed from its new start, one that is replaced
to its end and then the new one from its start, one that is missing when it appears.

It reads files through guarded mappings (someos::Mapping::Guard): a file may become shorter
at any moment, also while it is being read, and tail neither dies nor prints what the file
never contained. Of a file of any size, it maps and copies 256 KiB at a time.

  --follow, -f     do not stop at the end
  --lines=N        how many lines to begin with (10); 0 for none
  --interval=TIME  how often to look for changes while there are none (100ms)
  --help, -h       this page

Messages about files (truncated, replaced, missing) go to standard error. Exit status: 0,
1 if a file could not be read or nothing could be written, 2 for wrong arguments.
)";
}

}  // namespace someos::tail
