// start, join and signal.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_PROCESS_COMMANDS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_PROCESS_COMMANDS_H_

#include "absl/types/span.h"
#include "someos/tools/shell/session/command.h"

namespace someos::shell {

absl::Span<const Command> ProcessCommands();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_PROCESS_COMMANDS_H_
