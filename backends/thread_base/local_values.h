// The parts of Local that do not depend on its type.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_LOCAL_VALUES_H_
#define SOMEOS_BACKENDS_THREAD_BASE_LOCAL_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace someos::thread_base {

// Where threads keep the value of one Local. The index is used again after the Local, the id is
// not.
struct LocalKey {
  size_t index;
  uint64_t id;  // not 0

  // Thread-safe.
  static LocalKey New();
  static void Free(LocalKey key);
};

// Owns the values of one Local in all threads. Thread-safe.
class LocalValues {
 public:
  virtual ~LocalValues() = default;
  // Destroys the value of a thread.
  virtual void Forget(const void* thread) = 0;
};

// Where the values of one thread are. Used by that thread alone.
class LocalSlots {
 public:
  // nullptr if the thread has no value of that Local.
  void* Find(LocalKey key) const {
    return key.index < slots_.size() && slots_[key.index].id == key.id ? slots_[key.index].value
                                                                       : nullptr;
  }
  void Set(LocalKey key, void* value, const std::shared_ptr<LocalValues>& values);
  // Destroys the thread's values, also those that come to be meanwhile.
  void Clear(const void* thread);

 private:
  struct Slot {
    uint64_t id = 0;
    void* value = nullptr;
    std::weak_ptr<LocalValues> values;  // empty if the Local is gone
  };

  std::vector<Slot> slots_;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_LOCAL_VALUES_H_
