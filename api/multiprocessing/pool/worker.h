// A process that runs a pool's tasks, one at a time. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_WORKER_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_WORKER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/interest.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/worker_message.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/poller.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing::pool {

class Worker;

// Told what becomes of a worker. It must not destroy the worker in the call.
class WorkerOwner {
 public:
  // It can run tasks.
  virtual void OnReady(Worker& worker) = 0;
  // Its initializer has failed. It cannot run tasks.
  virtual void OnSetupFailed(Worker& worker, const absl::Status& why) = 0;
  virtual void OnResult(Worker& worker, absl::StatusOr<PyValue> result) = 0;
  // It has broken off the conversation, and should be killed unless it ends soon.
  virtual void OnLost(Worker& worker) = 0;
  // The process has ended. `why` says how: "pid 1234 has exited with code 1".
  virtual void OnEnded(Worker& worker, const absl::Status& why) = 0;

 protected:
  ~WorkerOwner() = default;
};

struct WorkerOptions {
  Setup setup;
  ConnectionOptions connection;
};

// For one thread. Two descriptors are in the poller: the connection and the sentinel.
class Worker {
 public:
  using Id = uint64_t;

  // What the events of a worker have as their data.
  static Id IdOf(uint64_t data) { return data / 2; }

  // Of a process that has just been started with the other end of `connection`. All must outlive
  // it.
  static absl::StatusOr<std::unique_ptr<Worker>> Create(Id id, std::unique_ptr<Child> child,
                                                        Connection connection, Poller* poller,
                                                        const WorkerOptions* options,
                                                        WorkerOwner* owner);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Id id() const { return id_; }
  int64_t pid() const { return child_->pid(); }

  // An event of one of its descriptors.
  void OnEvent(uint64_t data);

  // Gives it a task; its result comes to the owner. Only if it is ready and has no task. An error
  // is the task's (it cannot be pickled); then nothing has been sent.
  absl::Status Run(const Task& task);
  // Whether it has a task that it has certainly not begun: nobody has read all of its message, and
  // nobody can any more.
  bool has_unread_task() const { return has_task_ && unread_; }
  // Asks an idle worker to end.
  void Stop() { CloseConnection(); }
  // Signals of the system's, such as SIGKILL.
  void Signal(int signal) { static_cast<void>(child_->Signal(signal)); }

 private:
  enum class State { kGreeting, kSettingUp, kRunning, kClosed };

  Worker(Id id, std::unique_ptr<Child> child, Connection connection, Poller* poller,
         const WorkerOptions* options, WorkerOwner* owner);

  uint64_t connection_data() const { return id_ * 2; }
  uint64_t sentinel_data() const { return id_ * 2 + 1; }

  absl::Status Watch();
  // Whether there was one.
  bool ReadMessage();
  void HandleMessage(absl::string_view message);
  absl::Status Greet(absl::string_view message);
  absl::Status Send(const absl::StatusOr<std::string>& message);
  void FlushRest();
  void UpdateInterest();
  void Lose();
  void CloseConnection();
  void Reap();

  const Id id_;
  const std::unique_ptr<Child> child_;
  Connection connection_;
  Poller* const poller_;
  const WorkerOptions* const options_;
  WorkerOwner* const owner_;
  State state_ = State::kGreeting;
  bool has_task_ = false;
  bool unread_ = false;  // nobody has read the last message to its end, or will
  PickleDialect dialect_ = PickleDialect::kAll;
  Interest registered_ = Interest::kReadable;
  bool connection_watched_ = false;
  bool sentinel_watched_ = false;
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_WORKER_H_
