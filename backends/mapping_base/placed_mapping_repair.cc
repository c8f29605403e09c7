// PlacedMapping's side of Guards: how it is whole again after a loss, and what it says of one.

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/mapping_base/guard_table.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/placed_mapping.h"

namespace someos::mapping_base {
namespace {

// One for all mappings, since losses are rare. Never destroyed; no fork happens while it is held.
absl::Mutex& RepairMutex() {
  struct Guarded {
    absl::Mutex mutex;
    base::ForkGuard no_fork_meanwhile{mutex};
  };
  static auto& guarded = *new Guarded;
  return guarded.mutex;
}

}  // namespace

absl::Status PlacedMapping::Repair(uint32_t losses) const {
  absl::Mutex& mutex = RepairMutex();
  const base::MutexLock lock(mutex);
  internal::GuardState& state = guard_entry_->state();
  if (state.Whole(losses)) return absl::OkStatus();  // another thread was here before
  // As long as a handler is at work, zeros may come behind our back, and this will not be the last
  // repair.
  const bool ended = state.Ended(losses);
  const uintptr_t zeros = ended ? guard_entry_->TakeZeros() : guard_entry_->zeros();
  const GuardEntry::Range range = guard_entry_->range();
  if (zeros < range.end) {
    if (request_.source.MapFixed(system_, reinterpret_cast<void*>(zeros), zeros - range.begin,
                                 range.end - zeros) == nullptr) {
      const int error = errno;
      guard_entry_->AddZeros(zeros);
      return Error(error, "enter: map again");
    }
    guard_entry_->ClearRepeatedFaults();
  }
  if (ended) state.Repaired(losses);
  return absl::OkStatus();
}

absl::Status PlacedMapping::Loss() const {
  FileFacts facts;
  const bool known = request_.descriptor.valid() && system_.Stat(descriptor(), facts) == 0;
  const uint64_t mapped_end = FileEnd(size_);
  return PlainStatus(
      absl::StatusCode::kDataLoss,
      absl::StrCat(
          "pages of ", request_.object, " are lost: ",
          known ? absl::StrCat("the file is now ", facts.size, " bytes") : "its size is not known",
          ", ", mapped_end, " were mapped",
          known && facts.size >= mapped_end ? " (it was shorter meanwhile, or could not be read)"
                                            : ""));
}

}  // namespace someos::mapping_base
