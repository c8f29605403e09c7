// A worker's ends of the queues that it shares with its parent and the other workers. Private to
// this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_WORKER_QUEUES_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_WORKER_QUEUES_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/python_worker/queue_state.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/backends/worker_process/parent_process.h"

namespace someos::multiprocessing::internal {

// The end of the parent ends all waiting: with EofError (errors.h).
//
// Other processes use the same pipe, and a semaphore of Python as its lock, which stays locked if
// its owner is killed. So this one never holds it while it waits for a message.
class TaskQueue {
 public:
  // Owns the descriptors of `state` from now on, and closes the one for writing, so that nothing
  // but the parent keeps the pipe open. Errnos of opening the semaphores: ENOENT.
  static absl::StatusOr<TaskQueue> Open(const QueueState& state);

  // Waits for a message.
  absl::StatusOr<std::string> Get(const worker_process::ParentProcess& parent);

 private:
  TaskQueue(Connection reader, SemLock lock, std::optional<SemLock> places)
      : reader_(std::move(reader)), lock_(std::move(lock)), places_(std::move(places)) {}

  absl::StatusOr<std::optional<std::string>> GetIfReady();

  Connection reader_;
  SemLock lock_;
  std::optional<SemLock> places_;
};

class ResultQueue {
 public:
  // As TaskQueue::Open; closes the descriptor for reading.
  static absl::StatusOr<ResultQueue> Open(const QueueState& state, PeerVersion python);

  // Sends a message. kInvalidArgument (OSError) "bad message length": 2 GiB or more to Python 3.7
  // or older.
  absl::Status Put(absl::string_view message, const worker_process::ParentProcess& parent);

 private:
  ResultQueue(Connection writer, SemLock lock)
      : writer_(std::move(writer)), lock_(std::move(lock)) {}

  Connection writer_;
  SemLock lock_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_WORKER_QUEUES_H_
