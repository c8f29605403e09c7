// The descriptor that becomes readable when a child ends.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_SENTINEL_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_SENTINEL_H_

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::multiprocessing::process_base {

// Made in two steps: what must exist before the child does, and what can only exist afterwards.
//
//   absl::StatusOr<Sentinel> sentinel = Sentinel::Prepare();
//   ... start the child, which inherits child_end() if that is not -1 ...
//   absl::Status status = sentinel->Attach(pid);
class Sentinel {
 public:
  enum class Kind {
    kPidfd,  // pidfd_open(2): Linux 5.3
    kPipe,   // whose other end is open in the child only
  };

  // kPidfd where the system has it, found out by the first call.
  static Kind BestKind();

  // Errnos: EMFILE, ENFILE.
  static absl::StatusOr<Sentinel> Prepare(Kind kind = BestKind());

  // The end that the child must have open until it ends; -1 if there is none.
  int child_end() const { return child_end_.get(); }

  // Closes child_end() here. With kPidfd, takes the handle of the child, which must not have been
  // waited for. Errnos: EMFILE, ENFILE, ENOMEM; ESRCH if the system has waited for it.
  absl::Status Attach(pid_t pid);

  // Sends a signal to the child that it is attached to, of which `pid` is the number. 0 or an
  // errno.
  //
  // With kPidfd, ESRCH once anybody has waited for the child, whoever has its number by then. With
  // kPipe, kill(2): for a child that nobody has waited for.
  int Send(pid_t pid, int signal) const;

  int get() const { return descriptor_.get(); }
  Kind kind() const { return kind_; }

 private:
  explicit Sentinel(Kind kind) : kind_(kind) {}

  Kind kind_;
  base::OwnDescriptor descriptor_;
  base::OwnDescriptor child_end_;
};

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_SENTINEL_H_
