// Queues in memory that processes share.
//
//   struct Sample { double time; float values[14]; };
//   auto queue = SharedQueue<Sample>::Create(1024);            // one process, before it forks
//   absl::Status status = queue->Send(sample);                 // any of them
//   absl::StatusOr<Sample> next = queue->Receive(absl::Seconds(1));
//
// Any number of processes and threads send and receive. A message is received by one of them, and
// those of one sender in the order in which they were sent. No operation makes a system call unless
// it has to sleep, or to wake somebody who sleeps.
//
// Waiting: a timeout of InfiniteDuration, the default, blocks; zero or less does not. After it,
// kDeadlineExceeded "send to a shared queue: it is full", "receive from a shared queue: it is
// empty": nothing has been sent or received. Without blocking, that is also the answer while
// another one is sending, or receiving, as with Python's Queue. Timeouts follow the clock that
// those of the lock follow (SharedLockCapabilities).
//
// Death: a process that is killed, wherever it is, leaves a message that is whole or none, and
// nobody waits for it; so does a thread that is cancelled where the lock notices that. What it has
// received is gone with it. (Where the locks are of the mechanism "semaphore" it does block
// others.) A receiver notices a message whose sender was killed at once after it had sent within a
// tenth of a second.
//
// Fork: a child uses its copy of the object.
//
// Trust: processes that share a queue trust each other, as they write into the same memory.
// kDataLoss "its memory has been overwritten": what is there cannot be a queue any more.
//
// Threads: all functions but moves may be called by any thread at the same time.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_SHARED_QUEUE_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_SHARED_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/queues/shared_ring.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"

namespace someos::multiprocessing {

// Of values that are copied byte by byte, so that pointers in them mean nothing to the receiver.
template <typename T>
class SharedQueue {
  static_assert(std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>,
                "SharedQueue: the bytes of T are copied into another object");
  static_assert(sizeof(T) <= std::numeric_limits<uint32_t>::max());

 public:
  // An empty one for `capacity` messages.
  //
  // kInvalidArgument: the capacity is 0 or too great. Errors of SharedMemory::Create, such as
  // ENOSPC, and of CreateSharedLock.
  static absl::StatusOr<SharedQueue> Create(size_t capacity,
                                            const SharedQueueOptions& options = {}) {
    const bool representable = capacity <= std::numeric_limits<uint64_t>::max() / sizeof(T);
    return Of(internal::SharedRing::Create(
        representable ? capacity * sizeof(T) : std::numeric_limits<uint64_t>::max(), sizeof(T),
        options));
  }

  // The one that another process, or this one, has made in this memory:
  // SharedMemory::Attach(name), or SharedMemory::OfDescriptor of its memory().descriptor().
  //
  // kFailedPrecondition: there is none, one of messages of another size, or of a program with words
  // of another size. Errors of AttachSharedLock.
  static absl::StatusOr<SharedQueue> Open(SharedMemory memory) {
    return Of(internal::SharedRing::Open(std::move(memory), sizeof(T)));
  }

  absl::Status Send(const T& message, absl::Duration timeout = absl::InfiniteDuration()) {
    return ring_.Push("", absl::string_view(reinterpret_cast<const char*>(&message), sizeof(T)),
                      timeout);
  }

  absl::StatusOr<T> Receive(absl::Duration timeout = absl::InfiniteDuration()) {
    T message;
    absl::Status status = ring_.PopFixed(reinterpret_cast<char*>(&message), sizeof(T), timeout);
    if (!status.ok()) return status;
    return message;
  }

  // How many messages there are, as of this moment.
  size_t size() const { return ring_.used() / sizeof(T); }
  size_t capacity() const { return ring_.limit() / sizeof(T); }

  // To be opened by others. Must not be closed.
  const SharedMemory& memory() const { return ring_.memory(); }
  // Removes its name, see SharedMemory::Unlink.
  absl::Status Unlink() { return ring_.memory().Unlink(); }

 private:
  static absl::StatusOr<SharedQueue> Of(absl::StatusOr<internal::SharedRing> ring) {
    if (!ring.ok()) return ring.status();
    return SharedQueue(*std::move(ring));
  }
  explicit SharedQueue(internal::SharedRing ring) : ring_(std::move(ring)) {}

  internal::SharedRing ring_;
};

// Of byte strings of any lengths; each takes four bytes more than its length.
class SharedBytesQueue {
 public:
  // An empty one for `capacity` bytes: a message may have four bytes less. Errors as above.
  static absl::StatusOr<SharedBytesQueue> Create(size_t capacity,
                                                 const SharedQueueOptions& options = {}) {
    return Of(internal::SharedRing::Create(capacity, 0, options));
  }
  static absl::StatusOr<SharedBytesQueue> Open(SharedMemory memory) {
    return Of(internal::SharedRing::Open(std::move(memory), 0));
  }

  // kInvalidArgument: the message is longer than the queue.
  absl::Status Send(absl::string_view message, absl::Duration timeout = absl::InfiniteDuration());

  absl::StatusOr<std::string> Receive(absl::Duration timeout = absl::InfiniteDuration()) {
    return ring_.PopSized(timeout);
  }

  // Whether there is no message, as of this moment.
  bool empty() const { return ring_.used() == 0; }
  size_t capacity() const { return ring_.limit(); }

  const SharedMemory& memory() const { return ring_.memory(); }
  absl::Status Unlink() { return ring_.memory().Unlink(); }

 private:
  static absl::StatusOr<SharedBytesQueue> Of(absl::StatusOr<internal::SharedRing> ring) {
    if (!ring.ok()) return ring.status();
    return SharedBytesQueue(*std::move(ring));
  }
  explicit SharedBytesQueue(internal::SharedRing ring) : ring_(std::move(ring)) {}

  internal::SharedRing ring_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_SHARED_QUEUE_H_
