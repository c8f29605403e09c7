// Commands that are read from a stream, without a terminal.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_SCRIPT_H_
#define SOMEOS_TOOLS_SHELL_SESSION_SCRIPT_H_

#include <functional>
#include <istream>

#include "absl/strings/string_view.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {

// Executes line by line until the end, an exit or the first line that fails, which is reported:
// "line 3: there is no r". Returns the exit code: that of exit, or of Outcome.
int RunScript(Session& session, std::istream& input,
              const std::function<void(absl::string_view)>& report);

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_SCRIPT_H_
