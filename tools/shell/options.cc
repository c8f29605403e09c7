#include "someos/tools/shell/options.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"

namespace someos::shell {

absl::StatusOr<Options> ParseOptions(absl::Span<const char* const> arguments,
                                     absl::string_view home) {
  Options options;
  if (!home.empty()) options.history = absl::StrCat(home, "/.someos_history");
  for (const absl::string_view argument : arguments) {
    absl::string_view value = argument;
    if (argument == "--help" || argument == "-h") {
      options.help = true;
    } else if (argument == "--demo") {
      options.demo = true;
    } else if (absl::ConsumePrefix(&value, "--history=")) {
      options.history = std::string(value);
    } else {
      return PlainStatus(absl::StatusCode::kInvalidArgument,
                         absl::StrCat(argument, ": unknown argument; see --help"));
    }
  }
  return options;
}

absl::string_view HelpText() {
  return R"(shell [flags]

A person at a terminal opens pipes, sockets, mappings, shared memory, and objects in managers'
servers of Python or C++, and lets any of the linked pollers watch them: events are shown above
the line that is being typed. help lists the commands, Tab completes them, their objects and
paths, and Control and D ends the shell.

If standard input is no terminal, it is a script. Its first command that fails ends the shell,
with a message on standard error that names the line. Events are shown by wait.

  --demo          runs a session that was recorded, and prints it
  --history=FILE  where lines are kept between sessions (~/.someos_history); empty for nowhere
  --help, -h      this page

Exit status: that of exit; 0 at the end of the input; in a script, 1 if a command has failed, 2 if
one was not understood: there is no such command, it takes another number of arguments, or a
quote has no end. 2 for wrong arguments of the shell itself.
)";
}

}  // namespace someos::shell
