// map, memory, share, attach, show, find, edit, flush and resize.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_MAPPING_COMMANDS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_MAPPING_COMMANDS_H_

#include "absl/types/span.h"
#include "someos/tools/shell/session/command.h"

namespace someos::shell {

absl::Span<const Command> MappingCommands();

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_MAPPING_COMMANDS_H_
