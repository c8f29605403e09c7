// The fork server as its parent sees it.

#ifndef SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVER_H_
#define SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing::process_forkserver {

// The first argument of the copy of this program that is a server.
inline constexpr absl::string_view kServerArgument = "--multiprocessing-forkserver";

// All functions may be called by any threads at the same time, in the process that has made it. The
// server ends when the object is gone, and its children go on.
class Server {
 public:
  // Starts one; `program` is StartTask::program. Errors of SpawnProgram.
  static absl::StatusOr<std::shared_ptr<Server>> Start(const std::string& program);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Whether it has not ended.
  bool IsAlive() const;

  // Two descriptors, of which at least one is readable once it has ended: the socket unless another
  // process has a copy of its end, the sentinel unless that is a pipe and a child of it lives.
  int socket() const { return socket_.get(); }
  int sentinel() const { return process_->sentinel(); }

  // Asks it to start a child with the descriptors: Request. Returns the serial number of the child.
  // Errors of SendRequest.
  absl::StatusOr<uint64_t> RequestStart(absl::Span<const int> descriptors);

  // Asks it to signal one of its children, which it does if it has not waited for it.
  absl::Status RequestSignal(uint64_t serial, pid_t pid, int signal);

 private:
  Server(std::unique_ptr<Child> process, base::OwnDescriptor socket);

  const std::unique_ptr<Child> process_;  // so that it is waited for
  const base::OwnDescriptor socket_;      // by which the server notices the end of this process
  base::Mutex lock_;                      // held while a request is written
  uint64_t last_serial_ ABSL_GUARDED_BY(lock_) = 0;
};

// The one of this process, started if there is none, or it has ended. Errors of Start.
absl::StatusOr<std::shared_ptr<Server>> RunningServer(const std::string& program);

}  // namespace someos::multiprocessing::process_forkserver

#endif  // SOMEOS_BACKENDS_PROCESS_FORKSERVER_SERVER_H_
