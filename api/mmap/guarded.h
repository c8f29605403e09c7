// Mmap::Guarded; for the files of this directory alone.

#ifndef SOMEOS_API_MMAP_GUARDED_H_
#define SOMEOS_API_MMAP_GUARDED_H_

#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/mmap/mmap.h"

namespace someos::mmap {

// Returns an absl::StatusOr of what `body` returns, or an absl::Status if that is nothing.
template <typename Body>
auto Mmap::Guarded(Body body) const {
  using Value = decltype(body());
  if constexpr (std::is_void_v<Value>) {
    if (!guarded_) {
      body();
      return absl::OkStatus();
    }
    absl::StatusOr<Mapping::Guard> guard = mapping_->Enter();
    if (!guard.ok()) return guard.status();
    body();
    return guard->Done();
  } else {
    if (!guarded_) return absl::StatusOr<Value>(body());
    absl::StatusOr<Mapping::Guard> guard = mapping_->Enter();
    if (!guard.ok()) return absl::StatusOr<Value>(guard.status());
    absl::StatusOr<Value> value = body();
    if (absl::Status status = guard->Done(); !status.ok()) value = status;
    return value;
  }
}

}  // namespace someos::mmap

#endif  // SOMEOS_API_MMAP_GUARDED_H_
