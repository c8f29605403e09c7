// channel, connection, send, receive and unpickle.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_CONNECTION_COMMANDS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_CONNECTION_COMMANDS_H_

#include "absl/types/span.h"
#include "someos/tools/shell/session/command.h"

namespace someos::shell {

absl::Span<const Command> ConnectionCommands();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_CONNECTION_COMMANDS_H_
