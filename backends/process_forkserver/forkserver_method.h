// The start method "forkserver": a process of the library's own forks the children.

#ifndef SOMEOS_BACKENDS_PROCESS_FORKSERVER_FORKSERVER_METHOD_H_
#define SOMEOS_BACKENDS_PROCESS_FORKSERVER_FORKSERVER_METHOD_H_

#include "absl/status/statusor.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/served_child.h"

namespace someos::multiprocessing {

// The first start of this process starts a server, by SpawnProgram: a copy of this program that
// goes no further than FreezeSupport, and has one thread. Each start asks it, over a pair of
// sockets without a name, to fork a child. What main() does before FreezeSupport is done once, by
// the server, and each child has it: Python's set_forkserver_preload.
//
// A child has nothing of this process but the message and the descriptors. It has the environment,
// the working directory, the standard streams, the user and the groups, the resource limits, the
// umask and the ignored signals that this process had when the server began: children of one that
// gives up root after its first start are still root's. Addresses are the same in all children of
// the server. Its parent, for the system, is the server, which waits for it.
//
// The server ends when this process has ended, and each child that it has by fork(2) has ended or
// executed a program. It is a child of this process: wait(2) for any child waits for it, too. If it
// is killed, the next start starts another one. The children of the old one go on, with the
// promises of ServedChild.
//
// Cost: a fork of a small process, and its descriptors. A Child keeps a descriptor here, and one in
// the server.
const StartMethod& ForkserverStartMethod();

namespace process_forkserver {
// StartMethod::start.
//
// kUnavailable: the server has ended meanwhile; the child, if there is one, runs nothing. EMFILE:
// also if the server has no descriptor left. EAGAIN, ENOMEM: of the server's fork(2). Errors of
// SpawnProgram.
absl::StatusOr<StartedChild> Start(StartTask task, SignalBy signal_by);
}  // namespace process_forkserver

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_PROCESS_FORKSERVER_FORKSERVER_METHOD_H_
