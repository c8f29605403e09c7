#include "someos/backends/poll/shared_registrations.h"

#include <utility>

#include "absl/debugging/leak_check.h"
#include "absl/types/span.h"

namespace someos::select::internal {

class ABSL_SCOPED_LOCKABLE SharedRegistrations::Lock {
 public:
  explicit Lock(SharedRegistrations& shared) ABSL_EXCLUSIVE_LOCK_FUNCTION(shared.lock_)
      : shared_(shared) {
    if (shared.lock_.Lock()) shared.Recover();
  }
  ~Lock() ABSL_UNLOCK_FUNCTION() { shared_.lock_.Unlock(); }

 private:
  SharedRegistrations& shared_;
};

template <typename Operation>
bool SharedRegistrations::Apply(Operation operation) {
  const int whole = whole_.load(std::memory_order_relaxed);
  if (!operation(*copies_[1 - whole])) return false;
  // A fork interrupts this thread between two instructions, so all that matters is their order.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  whole_.store(1 - whole, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  operation(*copies_[whole]);
  ++version_;
  return true;
}

void SharedRegistrations::Recover() {
  std::unique_ptr<PollRegistrations>& broken = copies_[1 - whole_.load(std::memory_order_relaxed)];
  // It is in no state in which it could be destroyed.
  absl::IgnoreLeak(broken.release());
  broken = std::make_unique<PollRegistrations>(Whole());
  ++version_;
}

void SharedRegistrations::Set(int fd, uint16_t mask) {
  const Lock lock(*this);
  Apply([&](PollRegistrations& registrations) {
    registrations.Set(fd, mask);
    return true;
  });
}

bool SharedRegistrations::Change(int fd, uint16_t mask) {
  const Lock lock(*this);
  return Apply([&](PollRegistrations& registrations) { return registrations.Change(fd, mask); });
}

bool SharedRegistrations::Remove(int fd) {
  const Lock lock(*this);
  return Apply([&](PollRegistrations& registrations) { return registrations.Remove(fd); });
}

void SharedRegistrations::CopyIfChanged(std::vector<pollfd>& watched, uint64_t& version) {
  const Lock lock(*this);
  if (version == version_) return;
  // The kernel would skip gaps, but count them against RLIMIT_NOFILE.
  if (Whole().has_gaps()) {
    Apply([](PollRegistrations& registrations) {
      registrations.CloseGaps();
      return true;
    });
  }
  const absl::Span<const pollfd> entries = Whole().entries();
  watched.assign(entries.begin(), entries.end());
  version = version_;
}

void SharedRegistrations::Swap(SharedRegistrations& other) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const Lock lock(*this);
  const Lock other_lock(other);
  std::swap(copies_, other.copies_);
  whole_.store(other.whole_.exchange(whole_.load(std::memory_order_relaxed)));
  ++version_;
  ++other.version_;
}

}  // namespace someos::select::internal
