// What the word at the cursor can be completed to.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_COMPLETION_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_COMPLETION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {

// `before` is the line before the word `text`. The first word is a command; others are what the
// command's usage says: POLLER and the like are objects of that kind, OBJECT is any, PATH a file,
// COMMAND a command with what follows it, and METHOD what the object before it has. Behind a word
// that is the only one, a blank, unless it is a directory.
std::vector<std::string> Complete(const Session& session, absl::string_view before,
                                  absl::string_view text);

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_COMPLETION_H_
