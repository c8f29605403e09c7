// Python's multiprocessing.dummy.Value and Array.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_VALUE_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_VALUE_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/dummy/held.h"
#include "someos/api/python_error.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy {

// A value with a lock, called as multiprocessing::Value. (Python's has none, because its
// interpreter has one for all; here two threads need it.) Thread-safe.
template <typename T>
class Value {
 public:
  explicit Value(T initial = T()) : value_(std::move(initial)) {}

  // Of `value` in Python.
  T Get() const {
    const Held held(lock_);
    return value_;
  }
  void Set(T value) {
    const Held held(lock_);
    value_ = std::move(value);
  }
  // Calls `body`, with the lock, for the value.
  void Update(absl::FunctionRef<void(T&)> body) {
    const Held held(lock_);
    body(value_);
  }

  // get_lock(): a thread may hold it around several calls.
  threading::RLock& lock() const ABSL_LOCK_RETURNED(lock_) { return lock_; }

 private:
  mutable threading::RLock lock_;
  T value_ ABSL_GUARDED_BY(lock_);
};

// The same of several values. Thread-safe.
template <typename T>
class Array {
 public:
  // `size` values T(), or copies of these.
  explicit Array(size_t size) : size_(size), values_(size) {}
  explicit Array(absl::Span<const T> values)
      : size_(values.size()), values_(values.begin(), values.end()) {}

  // array[index]. kOutOfRange (IndexError) "invalid index".
  absl::StatusOr<T> Get(size_t index) const {
    const Held held(lock_);
    if (index >= size_) return InvalidIndex();
    return values_[index];
  }
  absl::Status Set(size_t index, T value) {
    const Held held(lock_);
    if (index >= size_) return InvalidIndex();
    values_[index] = std::move(value);
    return absl::OkStatus();
  }
  // array[:]
  std::vector<T> Get() const {
    const Held held(lock_);
    return values_;
  }
  // Calls `body`, with the lock, for the values.
  void Update(absl::FunctionRef<void(absl::Span<T>)> body) {
    const Held held(lock_);
    body(absl::MakeSpan(values_));
  }
  size_t size() const { return size_; }

  threading::RLock& lock() const ABSL_LOCK_RETURNED(lock_) { return lock_; }

 private:
  static absl::Status InvalidIndex() { return PythonIndexError("invalid index"); }

  const size_t size_;
  mutable threading::RLock lock_;
  std::vector<T> values_ ABSL_GUARDED_BY(lock_);
};

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_VALUE_H_
