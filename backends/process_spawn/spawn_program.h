// Starts a program as a child: posix_spawn(3).

#ifndef SOMEOS_BACKENDS_PROCESS_SPAWN_SPAWN_PROGRAM_H_
#define SOMEOS_BACKENDS_PROCESS_SPAWN_SPAWN_PROGRAM_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing {

struct ProgramOptions {
  // The program. Without a slash it is looked for in PATH. Empty: this program itself, the file
  // that runs even if its name was given to another one since (outside Linux, what has the name).
  std::string path;

  // argv, from the program's name on. Empty: `path`, or this program's path, alone.
  std::vector<std::string> arguments;

  // "NAME=value". Without: that of this process, which no other thread may change meanwhile.
  std::optional<std::vector<std::string>> environment;

  // What the child inherits beside 0, 1 and 2, whether close-on-exec or not: descriptors[i] is its
  // kFirstChildDescriptor + i, so that the numbers are known when the arguments are written. The
  // same one may occur several times. They stay open here.
  std::vector<int> descriptors;
};

// Starts the program, and returns when the child runs it, or its start has failed.
//
// The child has no other descriptors than those above, whatever other threads open at the moment.
// (Linux with glibc 2.34, and macOS. Elsewhere it inherits those that are not close-on-exec; all of
// this library are.) Where the sentinel is a pipe, the number after the last descriptor is it.
//
// It begins with an empty signal mask, so that Signal(SIGTERM) reaches it whichever thread has
// started it. It inherits all else: ignored signals, the working directory, the process group.
//
// Cost: one posix_spawn, and pidfd_open for the sentinel (more where that is a pipe). A Child keeps
// one descriptor open as long as it lives.
//
// Errnos: ENOENT, EACCES, ENOEXEC: the program. EBADF: a descriptor that is not open. E2BIG.
// EAGAIN, ENOMEM: no process. EMFILE, ENFILE. kInvalidArgument: a NUL within a string.
// kUnimplemented: `path` is empty, and the system (OpenBSD) does not tell this program's.
absl::StatusOr<std::unique_ptr<Child>> SpawnProgram(const ProgramOptions& options);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_PROCESS_SPAWN_SPAWN_PROGRAM_H_
