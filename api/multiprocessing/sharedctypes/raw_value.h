// Python's RawValue and RawArray: objects in memory that processes share, without a lock.
//
//   auto value = RawValue<int>::Create(7);            // RawValue("i", 7)
//   auto array = RawArray<double>::Create(100);       // RawArray("d", 100)
//   if (fork() == 0) array->values()[0] = value->value();
//
// T is copied byte by byte: arithmetic types, and structs of such, without pointers. What several
// threads or processes do with the values at the same time is theirs to synchronize: by a Value or
// Array (synchronized.h), or by T's own means, such as std::atomic.
//
// Each object has memory of its own: a descriptor and a page at least. A forked child uses its
// copy. Moves leave an object without memory.

#ifndef SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_RAW_VALUE_H_
#define SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_RAW_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/sharedctypes/object_memory.h"

namespace someos::multiprocessing {

template <typename T>
class RawArray {
  static_assert(std::is_trivially_copyable_v<T>, "RawArray: processes share the bytes of T");
  static_assert(alignof(T) <= 4096, "RawArray: memory is aligned to pages");

 public:
  // `size` values, whose bytes are 0. Errors of SharedMemory::Create, such as ENOSPC.
  static absl::StatusOr<RawArray> Create(size_t size, const SharedObjectOptions& options = {}) {
    absl::StatusOr<SharedMemory> memory =
        internal::CreateObjectMemory(internal::BytesOf(size, sizeof(T)), options);
    if (!memory.ok()) return memory.status();
    return RawArray(*std::move(memory), 0, size);
  }

  // Copies of these.
  static absl::StatusOr<RawArray> Of(absl::Span<const T> values,
                                     const SharedObjectOptions& options = {}) {
    absl::StatusOr<RawArray> array = Create(values.size(), options);
    if (!array.ok()) return array;
    for (size_t i = 0; i < values.size(); ++i) array->values()[i] = values[i];
    return array;
  }

  // The one of `size` values that is in the memory from `offset` on: of SharedMemory::Attach(name),
  // or SharedMemory::OfDescriptor of another process's memory().descriptor(); in Python the memory
  // is an arena and the offset is where its block begins.
  //
  // kInvalidArgument: it is not within the memory, or not aligned there.
  static absl::StatusOr<RawArray> Open(SharedMemory memory, size_t size, uint64_t offset = 0) {
    absl::Status status =
        internal::CheckObjectMemory(memory, offset, internal::BytesOf(size, sizeof(T)), alignof(T));
    if (!status.ok()) return status;
    return RawArray(std::move(memory), offset, size);
  }

  absl::Span<T> values() const {
    return absl::MakeSpan(std::launder(reinterpret_cast<T*>(memory_.buf().data() + offset_)),
                          size_);
  }
  size_t size() const { return size_; }

  const SharedMemory& memory() const { return memory_; }
  uint64_t offset() const { return offset_; }

 private:
  RawArray(SharedMemory memory, uint64_t offset, size_t size)
      : memory_(std::move(memory)), offset_(offset), size_(size) {}

  SharedMemory memory_;
  uint64_t offset_;
  size_t size_;
};

// A RawArray of one.
template <typename T>
class RawValue {
 public:
  // A copy of `initial`; T is value-initialized without. Errors as above.
  static absl::StatusOr<RawValue> Create(const T& initial = T(),
                                         const SharedObjectOptions& options = {}) {
    return In(RawArray<T>::Of(absl::MakeConstSpan(&initial, 1), options));
  }
  static absl::StatusOr<RawValue> Open(SharedMemory memory, uint64_t offset = 0) {
    return In(RawArray<T>::Open(std::move(memory), 1, offset));
  }

  T& value() const { return array_.values()[0]; }

  const SharedMemory& memory() const { return array_.memory(); }
  uint64_t offset() const { return array_.offset(); }

 private:
  static absl::StatusOr<RawValue> In(absl::StatusOr<RawArray<T>> array) {
    if (!array.ok()) return array.status();
    return RawValue(*std::move(array));
  }
  explicit RawValue(RawArray<T> array) : array_(std::move(array)) {}

  RawArray<T> array_;
};

// Python's sharedctypes.copy: another object, in memory of its own without a name, with the same
// values.
template <typename T>
absl::StatusOr<RawValue<T>> Copy(const RawValue<T>& object) {
  return RawValue<T>::Create(object.value());
}
template <typename T>
absl::StatusOr<RawArray<T>> Copy(const RawArray<T>& object) {
  return RawArray<T>::Of(object.values());
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_RAW_VALUE_H_
