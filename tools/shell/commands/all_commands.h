// All commands of the shell.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_ALL_COMMANDS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_ALL_COMMANDS_H_

#include "someos/tools/shell/session/command.h"

namespace someos::shell {

CommandTable AllCommands();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_ALL_COMMANDS_H_
