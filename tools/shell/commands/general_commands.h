// help, objects, close, print, wait, timer and exit.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_GENERAL_COMMANDS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_GENERAL_COMMANDS_H_

#include "absl/types/span.h"
#include "someos/tools/shell/session/command.h"

namespace someos::shell {

absl::Span<const Command> GeneralCommands();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_GENERAL_COMMANDS_H_
