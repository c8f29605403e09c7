#include "someos/tools/shell/all_commands.h"

#include "someos/tools/shell/command.h"
#include "someos/tools/shell/connection_commands.h"
#include "someos/tools/shell/general_commands.h"
#include "someos/tools/shell/manager_commands.h"
#include "someos/tools/shell/mapping_commands.h"
#include "someos/tools/shell/poller_commands.h"
#include "someos/tools/shell/process_commands.h"
#include "someos/tools/shell/stream_commands.h"

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
