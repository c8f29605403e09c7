#include "someos/api/multiprocessing/shared_memory/shared_memory_manager.h"

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/shared_memory/shareable_list.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/memory_shm/shm_object.h"

namespace someos::multiprocessing {
namespace {

absl::Status ProcessError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition, message);
}

// Objects that leave the name when they end.
SharedMemoryOptions WithoutTrack() {
  SharedMemoryOptions options;
  options.track = false;
  return options;
}

}  // namespace

SharedMemoryManager::SharedMemoryManager()
    : fork_generation_((base::WatchForForks(), base::ForkGeneration())) {}

SharedMemoryManager::~SharedMemoryManager() {
  if (fork_generation_ == base::ForkGeneration()) static_cast<void>(Shutdown());
}

absl::Status SharedMemoryManager::CheckStarted() const {
  if (state_ == State::kInitial) return ProcessError("server not yet started");
  return state_ == State::kStarted ? absl::OkStatus() : ProcessError("Manager has shut down");
}

absl::Status SharedMemoryManager::Start() {
  const base::MutexLock lock(mutex_);
  if (state_ == State::kStarted) return ProcessError("Already started server");
  if (state_ == State::kShutDown) return ProcessError("Manager has shut down");
  state_ = State::kStarted;
  return absl::OkStatus();
}

absl::StatusOr<SharedMemory> SharedMemoryManager::CreateSharedMemory(int64_t size) {
  const base::MutexLock lock(mutex_);
  if (absl::Status status = CheckStarted(); !status.ok()) return status;
  absl::StatusOr<SharedMemory> memory = SharedMemory::Create(size, std::nullopt, WithoutTrack());
  if (memory.ok()) names_.push_back(memory->name());
  return memory;
}

absl::StatusOr<ShareableList> SharedMemoryManager::CreateShareableList(
    absl::Span<const PyValue> items) {
  const base::MutexLock lock(mutex_);
  if (absl::Status status = CheckStarted(); !status.ok()) return status;
  absl::StatusOr<ShareableList> list = ShareableList::Create(items, std::nullopt, WithoutTrack());
  if (list.ok()) names_.push_back(list->shm().name());
  return list;
}

absl::Status SharedMemoryManager::Shutdown() {
  const base::MutexLock lock(mutex_);
  if (state_ != State::kStarted) return absl::OkStatus();
  state_ = State::kShutDown;
  absl::Status first_error;
  for (const std::string& name : std::exchange(names_, {})) {
    const absl::Status status = memory_shm::Unlink(absl::StrCat("/", name));
    if (ErrnoOf(status) != ENOENT) first_error.Update(status);
  }
  return first_error;
}

}  // namespace someos::multiprocessing
