// The command line of the shell.

#ifndef SOMEOS_TOOLS_SHELL_OPTIONS_H_
#define SOMEOS_TOOLS_SHELL_OPTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace someos::shell {

struct Options {
  bool help = false;
  bool demo = false;
  std::string history;  // the file; empty: none
};

// `home`: where the history is unless the command line says something else; empty: nowhere.
//
// kInvalidArgument, with a message that names the argument.
absl::StatusOr<Options> ParseOptions(absl::Span<const char* const> arguments,
                                     absl::string_view home);

absl::string_view HelpText();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_OPTIONS_H_
