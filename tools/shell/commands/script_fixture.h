// Runs a script as the shell does, for tests.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_SCRIPT_FIXTURE_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_SCRIPT_FIXTURE_H_

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/tools/shell/commands/all_commands.h"
#include "someos/tools/shell/session/command.h"
#include "someos/tools/shell/session/script.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {

// What the script has printed and then, if it has failed, its message and its exit code:
// "hello\n[1] line 2: there is no \"r\"".
inline std::string RunText(absl::string_view script) {
  std::string output;
  std::string error;
  const CommandTable commands = AllCommands();
  Session session(commands, [&](absl::string_view text) { absl::StrAppend(&output, text); });
  std::istringstream input{std::string(script)};
  const int code =
      RunScript(session, input, [&](absl::string_view message) { error = std::string(message); });
  if (code != 0 || !error.empty()) absl::StrAppend(&output, "[", code, "] ", error);
  return output;
}

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_SCRIPT_FIXTURE_H_
