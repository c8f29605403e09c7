#include "someos/backends/poller_base/kept_events.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "someos/backends/poller_base/file_identity.h"
#include "someos/backends/poller_base/told_once.h"

namespace someos::poller_base {

void KeptEvents::AddIfToldOnce(int fd, uint16_t raw, ScanEntry& entry) {
  using Telling = ScanEntry::Telling;
  if (entry.telling == Telling::kUnknown) {
    const std::optional<FileIdentity> identity = FileIdentity::QuickOf(fd, calls_);
    if (!identity.has_value()) return;
    entry.telling = TellsOnce(fd, identity->mode, calls_) ? Telling::kOnce : Telling::kAlways;
  }
  if (entry.telling == Telling::kOnce) events_.push_back({fd, raw});
}

bool KeptEvents::AnyReportable(absl::Span<const ScanEntry> table) const {
  return std::any_of(events_.begin(), events_.end(),
                     [&](const Kept& kept) { return table[kept.fd].reportable(); });
}

bool KeptEvents::TakeReportable(absl::Span<const ScanEntry> table,
                                absl::FunctionRef<void(int fd, uint16_t raw)> take) {
  size_t left = 0;
  for (const Kept& kept : events_) {
    if (table[kept.fd].reportable()) {
      take(kept.fd, kept.raw);
    } else {
      events_[left++] = kept;
    }
  }
  const bool taken = left < events_.size();
  events_.resize(left);
  return taken;
}

void KeptEvents::DropIfKept(int fd) {
  const auto kept = std::find_if(events_.begin(), events_.end(),
                                 [fd](const Kept& event) { return event.fd == fd; });
  if (kept != events_.end()) events_.erase(kept);
}

}  // namespace someos::poller_base
