// serve, manager, create and call.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_MANAGER_COMMANDS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_MANAGER_COMMANDS_H_

#include "absl/types/span.h"
#include "someos/tools/shell/session/command.h"

namespace someos::shell {

absl::Span<const Command> ManagerCommands();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_MANAGER_COMMANDS_H_
