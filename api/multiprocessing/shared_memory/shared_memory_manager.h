// Python's multiprocessing.managers.SharedMemoryManager.

#ifndef SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHARED_MEMORY_MANAGER_H_
#define SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHARED_MEMORY_MANAGER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/shared_memory/shareable_list.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// Makes shared memory whose names live until it shuts down, whatever becomes of the objects, so
// that other processes may attach in the meantime.
//
// Python's has a process of its own that remembers the names; this one remembers them itself. So it
// starts without an error, and a process that is killed leaves the names.
//
// Threads: all functions may be called by any thread at the same time. A fork must not happen
// meanwhile; a child's copy remembers nothing and unlinks nothing.
class SharedMemoryManager {
 public:
  SharedMemoryManager();
  SharedMemoryManager(const SharedMemoryManager&) = delete;
  SharedMemoryManager& operator=(const SharedMemoryManager&) = delete;
  // Shuts down.
  ~SharedMemoryManager();

  // kFailedPrecondition (ProcessError) "Already started server", "Manager has shut down".
  absl::Status Start();

  // Python's SharedMemory(size) and ShareableList(sequence). Errors of SharedMemory::Create and
  // ShareableList::Create. kFailedPrecondition "server not yet started", "Manager has shut down".
  absl::StatusOr<SharedMemory> CreateSharedMemory(int64_t size);
  absl::StatusOr<ShareableList> CreateShareableList(absl::Span<const PyValue> items);

  // Unlinks all names that are still there. Has no effect before Start, or once more. The first
  // error of SharedMemory::Unlink but ENOENT; all others are unlinked all the same.
  absl::Status Shutdown();

 private:
  enum class State { kInitial, kStarted, kShutDown };

  absl::Status CheckStarted() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint32_t fork_generation_;
  absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kInitial;
  std::vector<std::string> names_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_SHARED_MEMORY_MANAGER_H_
