// The fork server: a process with one thread that forks children for another one.

#ifndef SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVE_H_
#define SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVE_H_

#include <optional>

#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing::process_forkserver {

// In a copy of this program that Server has started: serves until nobody has the other end of its
// socket any more, which is the end of the parent, and returns nullopt. In each child that it forks
// it returns what the child finds.
//
// It tells the parent that a child has ended, and its exit code, before it waits for it. So a child
// whose end has not been told still has its number.
//
// SIGINT, which a terminal sends to the parent as well, does not end it; its children have it as
// usual. What main() has printed by stdio is flushed first, and the signals that it has blocked are
// blocked in the server and in its children.
std::optional<ChildSide> Serve(int descriptors);

}  // namespace someos::multiprocessing::process_forkserver

#endif  // SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVE_H_
