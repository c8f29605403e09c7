// Python's Value and Array: objects in memory that processes share, with a lock.
//
//   auto counter = Value<int>::Create(0);                     // Value("i", 0)
//   absl::Status status = counter->Update([](int& value) { ++value; });
//
// The lock is Python's RLock, so that a thread may acquire it around several calls, and one of
// Python's processes as well; or another SemLock. Who is killed with it leaves it acquired.
//
// Threads: all functions but moves may be called by any thread at the same time. All that return a
// status return the errors of the lock. A forked child uses its copy.

#ifndef SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_SYNCHRONIZED_H_
#define SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_SYNCHRONIZED_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/sharedctypes/locked_call.h"
#include "someos/api/multiprocessing/sharedctypes/raw_value.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"

namespace someos::multiprocessing {

template <typename T>
class Value {
 public:
  // Errors of RawValue::Create and RLock::Create.
  static absl::StatusOr<Value> Create(const T& initial = T(),
                                      std::shared_ptr<SemLock> lock = nullptr,
                                      const SharedObjectOptions& options = {}) {
    absl::StatusOr<RawValue<T>> object = RawValue<T>::Create(initial, options);
    if (!object.ok()) return object.status();
    return Of(*std::move(object), std::move(lock));
  }

  // Python's synchronized(object, lock): with a new RLock if there is no lock. Of another process's
  // object: Of(RawValue<T>::Open(memory), the lock that SemLock::Open of its state has opened).
  static absl::StatusOr<Value> Of(RawValue<T> object, std::shared_ptr<SemLock> lock = nullptr) {
    absl::StatusOr<std::shared_ptr<SemLock>> own = internal::LockOrNew(std::move(lock));
    if (!own.ok()) return own.status();
    return Value(std::move(object), *std::move(own));
  }

  // Of `value` in Python.
  absl::StatusOr<T> Get() const {
    T copy;
    const absl::Status status = internal::LockedCall(*lock_, [&] { copy = object_.value(); });
    if (!status.ok()) return status;
    return copy;
  }
  absl::Status Set(const T& value) {
    return internal::LockedCall(*lock_, [&] { object_.value() = value; });
  }
  // Calls `body`, with the lock, for the value.
  absl::Status Update(absl::FunctionRef<void(T&)> body) {
    return internal::LockedCall(*lock_, [&] { body(object_.value()); });
  }

  // get_obj() and get_lock().
  const RawValue<T>& object() const { return object_; }
  const std::shared_ptr<SemLock>& lock() const { return lock_; }

 private:
  Value(RawValue<T> object, std::shared_ptr<SemLock> lock)
      : object_(std::move(object)), lock_(std::move(lock)) {}

  RawValue<T> object_;
  std::shared_ptr<SemLock> lock_;
};

template <typename T>
class Array {
 public:
  // `size` values, whose bytes are 0; or copies of these. Errors of RawArray::Create and
  // RLock::Create.
  static absl::StatusOr<Array> Create(size_t size, std::shared_ptr<SemLock> lock = nullptr,
                                      const SharedObjectOptions& options = {}) {
    return WithLock(RawArray<T>::Create(size, options), std::move(lock));
  }
  static absl::StatusOr<Array> Create(absl::Span<const T> values,
                                      std::shared_ptr<SemLock> lock = nullptr,
                                      const SharedObjectOptions& options = {}) {
    return WithLock(RawArray<T>::Of(values, options), std::move(lock));
  }
  // As Value::Of.
  static absl::StatusOr<Array> Of(RawArray<T> object, std::shared_ptr<SemLock> lock = nullptr) {
    absl::StatusOr<std::shared_ptr<SemLock>> own = internal::LockOrNew(std::move(lock));
    if (!own.ok()) return own.status();
    return Array(std::move(object), *std::move(own));
  }

  // array[index]. kOutOfRange (IndexError) "invalid index".
  absl::StatusOr<T> Get(size_t index) const {
    if (index >= size()) return internal::InvalidIndex();
    T copy;
    const absl::Status status =
        internal::LockedCall(*lock_, [&] { copy = object_.values()[index]; });
    if (!status.ok()) return status;
    return copy;
  }
  absl::Status Set(size_t index, const T& value) {
    if (index >= size()) return internal::InvalidIndex();
    return internal::LockedCall(*lock_, [&] { object_.values()[index] = value; });
  }
  // array[:]
  absl::StatusOr<std::vector<T>> Get() const {
    std::vector<T> copy;
    const absl::Status status = internal::LockedCall(
        *lock_, [&] { copy.assign(object_.values().begin(), object_.values().end()); });
    if (!status.ok()) return status;
    return copy;
  }
  // Calls `body`, with the lock, for the values.
  absl::Status Update(absl::FunctionRef<void(absl::Span<T>)> body) {
    return internal::LockedCall(*lock_, [&] { body(object_.values()); });
  }
  size_t size() const { return object_.size(); }

  const RawArray<T>& object() const { return object_; }
  const std::shared_ptr<SemLock>& lock() const { return lock_; }

 private:
  static absl::StatusOr<Array> WithLock(absl::StatusOr<RawArray<T>> object,
                                        std::shared_ptr<SemLock> lock) {
    if (!object.ok()) return object.status();
    return Of(*std::move(object), std::move(lock));
  }
  Array(RawArray<T> object, std::shared_ptr<SemLock> lock)
      : object_(std::move(object)), lock_(std::move(lock)) {}

  RawArray<T> object_;
  std::shared_ptr<SemLock> lock_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_SYNCHRONIZED_H_
