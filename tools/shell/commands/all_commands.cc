#include "someos/tools/shell/commands/all_commands.h"

#include "someos/tools/shell/commands/connection_commands.h"
#include "someos/tools/shell/commands/general_commands.h"
#include "someos/tools/shell/commands/manager_commands.h"
#include "someos/tools/shell/commands/mapping_commands.h"
#include "someos/tools/shell/commands/poller_commands.h"
#include "someos/tools/shell/commands/process_commands.h"
#include "someos/tools/shell/commands/stream_commands.h"
#include "someos/tools/shell/session/command.h"

namespace someos::shell {

CommandTable AllCommands() {
  CommandTable table;
  table.Add(GeneralCommands());
  table.Add(StreamCommands());
  table.Add(PollerCommands());
  table.Add(MappingCommands());
  table.Add(ConnectionCommands());
  table.Add(ManagerCommands());
  table.Add(ProcessCommands());
  return table;
}

}  // namespace someos::shell
