// Python's multiprocessing.JoinableQueue.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_JOINABLE_QUEUE_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_JOINABLE_QUEUE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/queues/queue.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"

namespace someos::multiprocessing {

// A Queue that counts the values that were put and are not done yet, over all processes.
class JoinableQueue : public Queue {
 public:
  struct State {
    Queue::State queue;
    Condition::State condition;
    SemLock::State unfinished;
  };

  // As those of Queue; errnos also as of Condition::Create.
  static absl::StatusOr<std::unique_ptr<JoinableQueue>> Create(
      int max_size = 0, const ConnectionOptions& options = {});
  static absl::StatusOr<std::unique_ptr<JoinableQueue>> Open(const State& state,
                                                             const ConnectionOptions& options = {});

  // To be called once for each value that was got, when it is done with. kInvalidArgument
  // (ValueError) "task_done() called too many times".
  absl::Status TaskDone();

  // Waits until all values are done with. False after `timeout`, which Python does not have.
  absl::StatusOr<bool> Join(std::optional<absl::Duration> timeout = std::nullopt);

  State state() const { return {Queue::state(), condition_.state(), unfinished_.state()}; }

 protected:
  absl::Status Enqueue(std::string frame) override;

 private:
  JoinableQueue(Parts parts, Condition condition, SemLock unfinished,
                const ConnectionOptions& options)
      : Queue(std::move(parts.pipe), std::move(parts.room), parts.max_size, options),
        condition_(std::move(condition)),
        unfinished_(std::move(unfinished)) {}

  Condition condition_;
  SemLock unfinished_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_JOINABLE_QUEUE_H_
