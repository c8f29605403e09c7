// Python's multiprocessing.Queue.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/queues/queue_feeder.h"
#include "someos/api/multiprocessing/queues/queue_pipe.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// A queue for values between processes, of any number of them or of a greatest one, by Python's
// protocol, so that Python's processes put and get as well.
//
// Put never waits for the pipe: a thread of the process, which the first Put starts, sends what was
// put. Values of one process are received in order; those of two may overtake each other.
//
// Who is killed while it gets, or while its thread sends, may leave a lock acquired, as in Python,
// and what it has not sent is lost. SharedQueue has no such weakness.
//
// Fork: a child uses its copy, by a thread of its own; what the parent has put and not sent yet is
// the parent's to send. Threads: all functions may be called by any thread at the same time.
class Queue {
 public:
  // What other processes need to use it.
  struct State {
    QueuePipeState pipe;
    SemLock::State room;  // for how many more values there is room
    int max_size;
  };

  // For at most `max_size` values; zero or less: for as many as a semaphore counts. `options` are
  // those of what receives. Errnos as of Pipe and BoundedSemaphore::Create.
  static absl::StatusOr<std::unique_ptr<Queue>> Create(int max_size = 0,
                                                       const ConnectionOptions& options = {});
  // One that another process has made. Owns the descriptors of `state` from now on, also if this
  // fails. Errors of Connection::Of and SemLock::Open.
  static absl::StatusOr<std::unique_ptr<Queue>> Open(const State& state,
                                                     const ConnectionOptions& options = {});

  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  // Closes, and waits until all is sent, unless CancelJoinThread was called; that is for ever if
  // nobody gets it. As Python at the end of a process.
  virtual ~Queue();

  // Puts a value. Without `block` it does not wait for room, with a timeout no longer than that.
  //
  // kDeadlineExceeded (queue.Full) "the queue is full". kInvalidArgument (ValueError) "Queue is
  // closed". Errors of Pickle, which Python reports on the standard error output, and of what was
  // put before and could not be sent.
  absl::Status Put(const PyValue& value, bool block = true,
                   std::optional<absl::Duration> timeout = std::nullopt);
  absl::Status PutNowait(const PyValue& value) { return Put(value, /*block=*/false); }

  // Gets a value. Without `block` it does not wait, with a timeout no longer than that.
  //
  // kDeadlineExceeded (queue.Empty) "the queue is empty", without `block` also while another one is
  // getting. kInvalidArgument (ValueError) "Queue is closed". Errors of Connection::Receive.
  absl::StatusOr<PyValue> Get(bool block = true,
                              std::optional<absl::Duration> timeout = std::nullopt);
  absl::StatusOr<PyValue> GetNowait() { return Get(/*block=*/false); }

  // As of this moment: how many values were put and not got (kUnimplemented on macOS), whether
  // there is nothing to get, whether there is no room. What was just put is not there to get yet.
  absl::StatusOr<int> Qsize() const;
  absl::StatusOr<bool> Empty() { return pipe_.Empty(); }
  absl::StatusOr<bool> Full();

  // This process puts and gets no more; what it has put is still sent. (The descriptors are closed
  // by the destructor.)
  void Close();
  // Waits until all is sent. kFailedPrecondition (AssertionError) "Queue not closed". The error of
  // what could not be sent.
  absl::Status JoinThread();
  // The destructor and JoinThread do not wait; the destructor drops what has not been sent.
  void CancelJoinThread();

  // Its descriptors are the queue's.
  State state() const { return {pipe_.state(), room_.state(), max_size_}; }

 protected:
  // `max_size` is more than 0.
  Queue(internal::QueuePipe pipe, SemLock room, int max_size, const ConnectionOptions& options);

  // The parts of a new one, and of one that exists.
  struct Parts {
    internal::QueuePipe pipe;
    SemLock room;
    int max_size;
  };
  static absl::StatusOr<Parts> MakeParts(int max_size, const ConnectionOptions& options);
  static absl::StatusOr<Parts> OpenParts(const State& state, const ConnectionOptions& options);

  // Gives a value to the thread that sends, once there is room for it. Errors of QueueFeeder::Put.
  virtual absl::Status Enqueue(std::string frame);

 private:
  // What the queue has of its own in each process.
  struct Local {
    Local(Queue& queue, uint32_t generation, Local* of_parent)
        : fork_generation(generation), parents(of_parent), feeder(queue.pipe_, queue.room_) {}
    const uint32_t fork_generation;
    // The parent process's, whose thread does not exist here: it is never touched.
    Local* const parents;
    internal::QueueFeeder feeder;
  };

  internal::QueueFeeder& feeder();

  internal::QueuePipe pipe_;
  SemLock room_;
  const int max_size_;
  const ConnectionOptions options_;
  std::atomic<Local*> local_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_H_
