#include "someos/backends/thread_base/local_values.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"

namespace someos::thread_base {
namespace {

class Keys {
 public:
  static Keys& Get() {
    static auto* const keys = new Keys;  // never destroyed: threads may outlive main()
    return *keys;
  }

  LocalKey New() {
    base::MutexLock lock(mutex_);
    if (free_.empty()) return {indices_++, ++last_id_};
    const size_t index = free_.back();
    free_.pop_back();
    return {index, ++last_id_};
  }
  void Free(LocalKey key) {
    base::MutexLock lock(mutex_);
    free_.push_back(key.index);
  }

 private:
  absl::Mutex mutex_;
  const base::ForkGuard guard_{mutex_};
  std::vector<size_t> free_ ABSL_GUARDED_BY(mutex_);
  size_t indices_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

LocalKey LocalKey::New() { return Keys::Get().New(); }

void LocalKey::Free(LocalKey key) { Keys::Get().Free(key); }

void LocalSlots::Set(LocalKey key, void* value, const std::shared_ptr<LocalValues>& values) {
  if (key.index >= slots_.size()) slots_.resize(key.index + 1);
  slots_[key.index] = {key.id, value, values};
}

void LocalSlots::Clear(const void* thread) {
  // The destructor of a value may use another Local, or the same.
  while (!slots_.empty()) {
    const std::vector<Slot> slots = std::exchange(slots_, {});
    for (const Slot& slot : slots) {
      if (const std::shared_ptr<LocalValues> values = slot.values.lock()) values->Forget(thread);
    }
  }
}

}  // namespace someos::thread_base
