// What a scan found and had no room to report, of files that the kernel reports only once.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_KEPT_EVENTS_H_
#define SOMEOS_BACKENDS_POLLER_BASE_KEPT_EVENTS_H_

#include <cstdint>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/poller_base/scan_entry.h"

namespace someos::poller_base {

// Keeps events for a later Wait. An event of a file that the kernel reports as long as it is true
// is not kept: it may be wrong by then, and the next scan finds it again if it is not.
//
// A table is that of the poller: its entries by descriptor. It has one for each descriptor that was
// given to Add. Not thread-safe.
class KeptEvents {
 public:
  // With kRequired, perf events are not told from files that may not be kept (told_once.h).
  explicit KeptEvents(base::SystemCalls calls = base::SystemCalls::kAll) : calls_(calls) {}

  bool empty() const { return events_.empty(); }

  // Keeps `raw`, which the kernel has reported about `fd`, if it reports that only once; finds out
  // for `entry`, which is that of `fd`, whether it does. Of `fd` nothing else may be kept.
  void Add(int fd, uint16_t raw, ScanEntry& entry) {
    if (ABSL_PREDICT_TRUE(entry.telling == ScanEntry::Telling::kAlways)) return;
    AddIfToldOnce(fd, raw, entry);
  }

  // Whether something is kept that can be reported now: its entry in `table` is reportable().
  bool AnyReportable(absl::Span<const ScanEntry> table) const;

  // Gives each event that can be reported now to `take`, and keeps it no longer. Returns whether
  // there was any.
  bool TakeReportable(absl::Span<const ScanEntry> table,
                      absl::FunctionRef<void(int fd, uint16_t raw)> take);

  // Forgets what was kept about the file that `fd` named until now, if anything.
  void Drop(int fd) {
    if (ABSL_PREDICT_FALSE(!events_.empty())) DropIfKept(fd);
  }

 private:
  struct Kept {
    int fd;
    uint16_t raw;
  };

  void AddIfToldOnce(int fd, uint16_t raw, ScanEntry& entry);
  void DropIfKept(int fd);

  const base::SystemCalls calls_;
  std::vector<Kept> events_;  // at most one for each descriptor, in the order of Add
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_KEPT_EVENTS_H_
