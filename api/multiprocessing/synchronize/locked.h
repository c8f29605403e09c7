// Calls with a lock of Python's. Private to api/multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_LOCKED_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_LOCKED_H_

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace someos::multiprocessing::internal {

// What `body` returns, an absl::Status or absl::StatusOr, which is called with the lock (a SemLock
// or a Condition); the lock's error if it cannot be acquired or released. It is released also if an
// exception leaves `body`.
template <typename Lockable, typename Body>
auto Locked(Lockable& lock, const Body& body) -> decltype(body()) {
  const absl::StatusOr<bool> acquired = lock.Acquire();
  if (!acquired.ok()) return acquired.status();
  absl::Cleanup if_it_throws = [&lock] { static_cast<void>(lock.Release()); };
  auto result = body();
  std::move(if_it_throws).Cancel();
  if (const absl::Status status = lock.Release(); !status.ok()) return status;
  return result;
}

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_LOCKED_H_
