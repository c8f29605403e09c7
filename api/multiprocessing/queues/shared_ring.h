// What queues in shared memory are made of: a ring of bytes.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_SHARED_RING_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_SHARED_RING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/backends/base/deadline.h"

namespace someos::multiprocessing {

struct SharedQueueOptions {
  // A name for the memory, as SharedMemory::Create takes it; without one it has none.
  std::optional<std::string> name;
  // As of SharedMemory.
  SharedMemoryOptions memory;
  // The mechanism of its locks, "robust", "file" or "semaphore"; empty for the default one. With
  // "semaphore" a process that is killed while it sends or receives does block the others.
  std::string lock;
};

namespace internal {

// Records of bytes, sent and received whole and in order.
//
// One lock is the senders', one the receivers': whoever has it is alone on its side, also while it
// waits. A record counts from the one store on that moves the ring's end behind it, and until the
// one that moves its beginning. So whoever dies within leaves the ring as it was, and the next one
// takes the lock over. Who dies between such a store and the wake that is to follow would leave a
// sleeper: hence no sleep is longer than kLongestNap.
//
// Contract, threads and errors: SharedQueue.
class SharedRing {
 public:
  // A ring for `limit` bytes. `record_size` is that of each record, or 0 if each has one of its
  // own, and is stored for Open to compare.
  static absl::StatusOr<SharedRing> Create(uint64_t limit, uint32_t record_size,
                                           const SharedQueueOptions& options);
  static absl::StatusOr<SharedRing> Open(SharedMemory memory, uint32_t record_size);

  SharedRing(SharedRing&&) = default;
  SharedRing& operator=(SharedRing&&) = delete;  // would unmap the memory before the locks end

  // Sends a record of the bytes of `prefix` and then `body`.
  absl::Status Push(absl::string_view prefix, absl::string_view body, absl::Duration timeout);
  // Receives a record of `size` bytes.
  absl::Status PopFixed(char* to, size_t size, absl::Duration timeout);
  // Receives a record whose prefix is its length, a Length.
  using Length = uint32_t;
  absl::StatusOr<std::string> PopSized(absl::Duration timeout);

  // How many bytes there are, as of this moment, and how many there is room for.
  uint64_t used() const;
  uint64_t limit() const { return limit_; }
  const SharedMemory& memory() const { return memory_; }
  SharedMemory& memory() { return memory_; }

 private:
  struct Layout;

  SharedRing(SharedMemory memory, std::unique_ptr<SharedLock> send_lock,
             std::unique_ptr<SharedLock> receive_lock);

  static absl::Status CheckLayout(absl::Span<const char> memory, uint32_t record_size);
  absl::Status AwaitRoom(uint64_t size, base::Deadline& deadline);
  // With the receivers' lock: waits for a record, and returns how many bytes there are.
  absl::StatusOr<uint64_t> AwaitRecord(base::Deadline& deadline);
  void CopyIn(uint64_t position, absl::string_view bytes);
  void CopyOut(uint64_t position, char* to, size_t size) const;
  absl::Status TakeSized(uint64_t available, std::string& record, uint64_t& size) const;
  // Move the ring's end, or its beginning; whether somebody sleeps who is to be woken.
  bool Publish(uint64_t tail);
  bool Consume(uint64_t head);

  SharedMemory memory_;  // outlives the locks
  std::unique_ptr<SharedLock> send_lock_;
  std::unique_ptr<SharedLock> receive_lock_;
  Layout* layout_;  // in the memory
  char* bytes_;     // the same
  uint64_t limit_;
  uint64_t mask_;  // of positions in bytes_
};

}  // namespace internal
}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_SHARED_RING_H_
