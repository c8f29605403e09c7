// The process that has started this one.

#ifndef SOMEOS_BACKENDS_WORKER_PROCESS_PARENT_PROCESS_H_
#define SOMEOS_BACKENDS_WORKER_PROCESS_PARENT_PROCESS_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"

namespace someos::worker_process {

// Any threads may call its functions at the same time.
class ParentProcess {
 public:
  // Whoever is the parent at this moment.
  ParentProcess();

  // Whether it has ended: another process has become the parent then.
  bool ended() const;

  // The path of the program that it runs, without symbolic links. Where the system has no
  // /proc/PID/exe (macOS, FreeBSD, OpenBSD): ENOENT. EACCES: another user's.
  absl::StatusOr<std::string> program() const;

 private:
  pid_t id_;
};

}  // namespace someos::worker_process

#endif  // SOMEOS_BACKENDS_WORKER_PROCESS_PARENT_PROCESS_H_
