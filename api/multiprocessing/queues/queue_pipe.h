// What Python's queues are made of: a pipe, and a lock for each of its ends.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_PIPE_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_PIPE_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing {

// What other processes need to use a queue, in the order of Python's pickles of a SimpleQueue.
struct QueuePipeState {
  // Descriptors of the pipe, to be inherited or sent. In a process that has them: its own numbers.
  int reader;
  int writer;
  SemLock::State reader_lock;
  SemLock::State writer_lock;
};

namespace internal {

// queue.Empty and queue.Full.
absl::Status QueueIsEmpty();
absl::Status QueueIsFull();

// A value as a frame of the pipe, in a dialect that every Python reads. Errors of Pickle.
absl::StatusOr<std::string> FrameOf(const PyValue& value);

// Messages in Python's frames, whole and in order. Threads: all functions but Close and moves.
class QueuePipe {
 public:
  static absl::StatusOr<QueuePipe> Create(const ConnectionOptions& options);
  // Owns the descriptors from now on, also if this fails.
  static absl::StatusOr<QueuePipe> Open(const QueuePipeState& state,
                                        const ConnectionOptions& options);

  // Receives a message. Without `block` it does not wait, with a timeout no longer than that, for
  // the lock and then for the message, which it reads to its end; then QueueIsEmpty().
  absl::StatusOr<std::string> Receive(bool block, std::optional<absl::Duration> timeout);

  // Sends frames one behind the other.
  absl::Status Send(absl::string_view frames);
  // The same, but looks now and then whether it is to `stop`; then kCancelled.
  absl::Status SendUnless(absl::FunctionRef<bool()> stop, absl::string_view frames);

  absl::StatusOr<bool> Empty();
  // kFailedPrecondition (OSError) "handle is closed" from then on.
  void Close();

  QueuePipeState state() const;

 private:
  QueuePipe(Connection reader, connection_socket::Stream writer, SemLock reader_lock,
            SemLock writer_lock)
      : reader_(std::move(reader)),
        writer_(std::move(writer)),
        reader_lock_(std::move(reader_lock)),
        writer_lock_(std::move(writer_lock)) {
    writer_.ReaderStaysOpen(reader_.fileno().value_or(-1));
  }

  // While it waits, for `look` at a time, it asks whether it is to stop.
  absl::Status Send(absl::string_view frames, absl::Duration look, absl::FunctionRef<bool()> stop);
  // With the writers' lock.
  absl::Status Write(absl::string_view frames, absl::Duration look, absl::FunctionRef<bool()> stop);
  // With the readers' lock; `rest` is the time to wait for a message, if there is a limit.
  absl::StatusOr<std::string> Read(std::optional<absl::Duration> rest);

  Connection reader_;
  connection_socket::Stream writer_;
  SemLock reader_lock_;
  SemLock writer_lock_;
};

}  // namespace internal
}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_PIPE_H_
