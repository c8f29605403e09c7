// A Child that the fork server has started, and waits for.

#ifndef SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVED_CHILD_H_
#define SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVED_CHILD_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_forkserver/server.h"

namespace someos::multiprocessing::process_forkserver {

// How a child is signalled.
enum class SignalBy {
  kPidfd,   // where the system has it; otherwise as kServer
  kServer,  // the server does it, and errors are not reported
};

// The sentinel is the status socket, by which the server tells the exit code. The child itself has
// the server's end of it open, too: so it is not at its end while the child lives, even if the
// server has been killed.
class ServedChild final : public Child {
 public:
  // Of the child's number and the socket, from which that number has been read.
  ServedChild(pid_t pid, uint64_t serial, base::OwnDescriptor status,
              std::shared_ptr<Server> server, SignalBy signal_by);

  int64_t pid() const override { return pid_; }
  int sentinel() const override { return status_.get(); }
  absl::StatusOr<std::optional<int>> Wait(absl::Duration timeout) override;
  absl::Status Signal(int signal) override;

 private:
  // The exit code if the server has told it; ECHILD if it will not.
  absl::StatusOr<std::optional<int>> Look() const;
  bool HasEnded() const;
  absl::Status ServerHasEnded(int signal) const;

  const pid_t pid_;
  const uint64_t serial_;
  const SignalBy signal_by_;
  const uint32_t generation_;
  const base::OwnDescriptor status_;
  const std::shared_ptr<Server> server_;
};

}  // namespace someos::multiprocessing::process_forkserver

#endif  // SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVED_CHILD_H_
