// Between the interest of a registration and the filters of a kernel queue.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_FILTERS_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_FILTERS_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/backends/kqueue/kernel_queue.h"

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

// What KqueueRegistrations keeps of each descriptor.
struct KqueueEntry {
  uint64_t data = 0;
  uint32_t identity = 0;  // see FileIdentity
  // Counts the registrations that this number has had; the kernel returns it with each event, so
  // that an event of an earlier registration is recognised.
  uint32_t generation = 0;
  // Where in the running wait's events this descriptor is, if it is there.
  uint32_t slot = 0;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  uint8_t filters = kNoKqueueFilter;  // what the kernel has
  bool registered = false;
  bool fired = false;                    // has been reported as often as it is to be
  bool always_ready = false;             // a file whose readiness the kernel does not queue
  bool reader_close_suppressed = false;  // the read filter must report that the reader is gone
  bool no_priority = false;              // the file has no such filter, and no such data
};

// What one kevent(2) is to do about a descriptor: each filter out, and each in.
using KqueueChanges = absl::InlinedVector<struct kevent, 6>;

// The filters that the entry's interest asks for; none if it has fired.
uint8_t WantedFilters(const KqueueEntry& entry);

// The changes that put `filters` into the kernel, as the entry's trigger has it.
KqueueChanges Additions(int fd, const KqueueEntry& entry, uint8_t filters);

// The changes that take the entry's filters out of the kernel.
KqueueChanges Deletions(int fd, const KqueueEntry& entry);

// A change to one of the entry's filters, of which it has some, that changes nothing, but fails if
// the kernel does not have it: with ENOENT if it went away with its file.
struct kevent Probe(int fd, const KqueueEntry& entry);

// The filter that has reported `event`.
KqueueFilter FilterOf(const struct kevent& event);

// What `event` says by itself: readable, read-hangup, writable, priority.
Readiness ReadinessOf(const struct kevent& event);

// Whether the kernel has taken the filter out of the queue with `event`, though nobody asked for
// that. FreeBSD and DragonFly BSD do so when they tell a pipe's writer that the reader is gone.
bool TakenOutByKernel(const struct kevent& event);

// Whether `event` is the only one about an end that stays: of a filter that is there for the end of
// file alone.
bool ReportsEndOnce(const KqueueEntry& entry, const struct kevent& event);

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_FILTERS_H_
