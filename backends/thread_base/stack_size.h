// The stack size of the threads that are started from now on.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_STACK_SIZE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_STACK_SIZE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/thread_base/errors.h"

namespace someos::thread_base {

template <typename Core>
std::atomic<size_t>& DefaultStackSize() {
  static std::atomic<size_t> size{0};
  return size;
}

// The size if it may be asked for, with the errors of StackSize; without one, the default.
template <typename Core>
absl::StatusOr<size_t> CheckedStackSize(std::optional<int64_t> size) {
  if (!size.has_value()) return DefaultStackSize<Core>().load(std::memory_order_relaxed);
  if (*size < 0) return ValueError("size must be 0 or a positive value");
  const auto bytes = static_cast<size_t>(*size);
  if (static_cast<uint64_t>(bytes) != static_cast<uint64_t>(*size)) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "size is greater than the address space");
  }
  if (absl::Status status = Core::CheckStackSize(bytes); !status.ok()) return status;
  return bytes;
}

// Sets the size in bytes of the stacks of threads to be started, 0 for the system's default, and
// returns the size that was set before. Without a size, it only returns it. Other sizes than 0 are
// rounded up to whole pages when a thread is started.
//
// kInvalidArgument "size must be 0 or a positive value" and, below what Python or the system takes,
// "size not valid: 1 bytes". Whether there is so much memory is found out when a thread is started.
// Thread-safe. Source: Python's documentation of threading.stack_size.
template <typename Core>
absl::StatusOr<size_t> StackSize(std::optional<int64_t> size = std::nullopt) {
  const absl::StatusOr<size_t> bytes = CheckedStackSize<Core>(size);
  if (!bytes.ok() || !size.has_value()) return bytes;
  return DefaultStackSize<Core>().exchange(*bytes, std::memory_order_relaxed);
}

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_STACK_SIZE_H_
