// pipe, pair, listen, connect, accept, read, write and end.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_STREAM_COMMANDS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_STREAM_COMMANDS_H_

#include "absl/types/span.h"
#include "someos/tools/shell/session/command.h"

namespace someos::shell {

absl::Span<const Command> StreamCommands();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_STREAM_COMMANDS_H_
