// How a user stops a running relay and asks it for its statistics.

#ifndef SOMEOS_TOOLS_RELAY_STOP_SIGNALS_H_
#define SOMEOS_TOOLS_RELAY_STOP_SIGNALS_H_

#include "someos/tools/relay/relay_threads.h"

namespace someos::relay {

// From now on SIGINT and SIGTERM stop `relay`, and SIGUSR1 has it report its statistics. On
// Windows: Ctrl-C, Ctrl-Break and the closing of the console stop it.
void BeginSignals(RelayThreads* relay);

// From now on they do nothing.
void EndSignals();

// A write to a socket that nobody reads fails, but does not end the process.
void IgnoreBrokenPipes();

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_STOP_SIGNALS_H_
