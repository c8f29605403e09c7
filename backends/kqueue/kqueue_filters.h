// Translates between the interest of a registration and the filters of a kernel queue.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_FILTERS_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_FILTERS_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/poller_base/file_identity.h"

namespace someos {

// The filters that a registration may have in the kernel, as bits.
enum KqueueFilter : uint8_t {
  kNoKqueueFilter = 0,
  kKqueueReadFilter = 1,
  kKqueueWriteFilter = 2,
  kKqueueExceptFilter = 4,
};

// Whether this system's kqueue has a filter for priority data.
extern const bool kKqueueHasPriority;

// The state that KqueueRegistrations keeps for each descriptor.
struct KqueueEntry {
  uint64_t data = 0;
  poller_base::FileDigest identity;
  // Counts the registrations that this number has had. The kernel returns it with each event, so
  // that a stale event of an earlier registration is recognised.
  uint32_t generation = 0;
  // The index of this descriptor in the events of the running wait, if it is among them.
  uint32_t slot = 0;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  uint8_t filters = kNoKqueueFilter;  // those in the kernel
  bool registered = false;
  bool fired = false;                    // has been reported once and must not be reported again
  bool always_ready = false;             // a file whose readiness the kernel does not report
  bool reader_close_suppressed = false;  // only the read filter reports that the reader has closed
  bool no_priority = false;              // the file has no filter for priority data, nor such data
};

// The changes that one kevent(2) makes for a descriptor: at most three deletions and three
// additions.
using KqueueChanges = absl::InlinedVector<struct kevent, 6>;

// The filters that the entry's interest needs; none if it has fired.
uint8_t WantedFilters(const KqueueEntry& entry);

// The changes that add `filters` to the kernel queue, with the entry's trigger.
KqueueChanges Additions(int fd, const KqueueEntry& entry, uint8_t filters);

// The changes that delete the entry's filters from the kernel queue.
KqueueChanges Deletions(int fd, const KqueueEntry& entry);

// A change to one of the entry's filters that has no effect, but fails if the kernel does not have
// the filter: with ENOENT if it was removed with its file. The entry must have a filter.
struct kevent Probe(int fd, const KqueueEntry& entry);

// The filter that has reported `event`.
KqueueFilter FilterOf(const struct kevent& event);

// The readiness that `event` itself reports: readable, read-hangup, writable, priority.
Readiness ReadinessOf(const struct kevent& event);

// Whether the kernel has removed the filter from the queue with `event`, without being asked to.
// FreeBSD and DragonFly BSD do so when they report to a pipe's writer that the reader has closed
// it.
bool RemovedByKernel(const struct kevent& event);

// Whether the kernel reports the end of file with `event` only once, although the condition
// persists: the filter is only for the end of file.
bool ReportsEndOnce(const KqueueEntry& entry, const struct kevent& event);

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_FILTERS_H_
