#include "someos/backends/kqueue/kqueue_filters.h"

#include <climits>

#include "someos/backends/kqueue/kevent.h"

namespace someos {
namespace {

constexpr KqueueFilter kFilters[] = {kKqueueReadFilter, kKqueueWriteFilter, kKqueueExceptFilter};

#if defined(EVFILT_EXCEPT) && defined(NOTE_OOB)
constexpr bool kHasPriority = true;
constexpr auto kExceptKernelFilter = EVFILT_EXCEPT;
constexpr unsigned kExceptNote = NOTE_OOB;
#else
constexpr bool kHasPriority = false;
constexpr auto kExceptKernelFilter = EVFILT_READ;  // never used
constexpr unsigned kExceptNote = 0;
#endif

// What has the kernel report a filter once. FreeBSD's does not look again at one with EV_ONESHOT
// when it hands it out (kern_event.c, kqueue_scan), nor does OpenBSD's (sys/event.h,
// knote_process): it would report data that somebody has read since.
#if defined(__FreeBSD__) || defined(__OpenBSD__)
constexpr unsigned kOnce = EV_DISPATCH;
#else
constexpr unsigned kOnce = EV_ONESHOT;
#endif

// Whether the read filter is there for the end of file alone.
bool ForTheEndAlone(const KqueueEntry& entry) {
  return !HasAny(entry.interest, Interest::kReadable);
}

struct kevent FilterChange(int fd, const KqueueEntry& entry, KqueueFilter filter, unsigned flags) {
  select::Kevent change(fd, EVFILT_READ, static_cast<select::KqFlags>(flags), /*fflags=*/0,
                        /*data=*/0, entry.generation);
  switch (filter) {
    case kKqueueExceptFilter:
      change.filter = kExceptKernelFilter;
      change.fflags = kExceptNote;
      break;
    case kKqueueWriteFilter:
      change.filter = EVFILT_WRITE;
      break;
    default:
#ifdef NOTE_LOWAT  // libkqueue has none
      if (ForTheEndAlone(entry)) {
        // No amount of data is enough.
        change.fflags = NOTE_LOWAT;
        change.data = INT_MAX;
      }
#endif
      break;
  }
  return change.Raw();
}

unsigned AdditionFlags(const KqueueEntry& entry, KqueueFilter filter) {
  // A system that ignores NOTE_LOWAT would report data that nobody asked for over and over, and
  // spend a one-shot on it.
  if (filter == kKqueueReadFilter && ForTheEndAlone(entry)) return EV_ADD | EV_CLEAR;
  switch (entry.trigger) {
    case Trigger::kEdge:
      return EV_ADD | EV_CLEAR;
    case Trigger::kOneShot:
      return EV_ADD | kOnce;
    default:
      return EV_ADD;
  }
}

}  // namespace

const bool kKqueueHasPriority = kHasPriority;

uint8_t WantedFilters(const KqueueEntry& entry) {
  if (entry.fired) return kNoKqueueFilter;
  const Interest interest = entry.interest;
  Interest reads = Interest::kReadable | Interest::kReadHangup;
  if (entry.reader_close_suppressed) reads |= Interest::kWritable;
  if (entry.no_priority) reads |= Interest::kPriority;  // for the end of file, reported unasked
  const bool excepts = HasAny(interest, Interest::kPriority) && !entry.no_priority;
  return (HasAny(interest, reads) ? kKqueueReadFilter : kNoKqueueFilter) |
         (HasAny(interest, Interest::kWritable) ? kKqueueWriteFilter : kNoKqueueFilter) |
         (excepts ? kKqueueExceptFilter : kNoKqueueFilter);
}

KqueueChanges Additions(int fd, const KqueueEntry& entry, uint8_t filters) {
  KqueueChanges changes;
  for (const KqueueFilter filter : kFilters) {
    if (!(filters & filter)) continue;
    changes.push_back(FilterChange(fd, entry, filter, AdditionFlags(entry, filter)));
  }
  return changes;
}

KqueueChanges Deletions(int fd, const KqueueEntry& entry) {
  KqueueChanges changes;
  for (const KqueueFilter filter : kFilters) {
    if (entry.filters & filter) changes.push_back(FilterChange(fd, entry, filter, EV_DELETE));
  }
  return changes;
}

struct kevent Probe(int fd, const KqueueEntry& entry) {
  // Without EV_ADD the kernel does not put it in.
  KqueueChanges changes = Deletions(fd, entry);
  changes.front().flags = EV_ENABLE;
  return changes.front();
}

KqueueFilter FilterOf(const struct kevent& event) {
  if (event.filter == EVFILT_WRITE) return kKqueueWriteFilter;
  if (kHasPriority && event.filter == kExceptKernelFilter) return kKqueueExceptFilter;
  return kKqueueReadFilter;
}

Readiness ReadinessOf(const struct kevent& event) {
  switch (FilterOf(event)) {
    case kKqueueWriteFilter:
      return Readiness::kWritable;
    case kKqueueExceptFilter:
      // OpenBSD's also fires for a hangup.
      return event.fflags & kExceptNote ? Readiness::kPriority : Readiness::kNone;
    default:
      return event.flags & EV_EOF ? Readiness::kReadable | Readiness::kReadHangup
                                  : Readiness::kReadable;
  }
}

bool TakenOutByKernel(const struct kevent& event) {
  constexpr unsigned kLastReport = EV_EOF | EV_ONESHOT;
  return FilterOf(event) == kKqueueWriteFilter && (event.flags & kLastReport) == kLastReport;
}

bool ReportsEndOnce(const KqueueEntry& entry, const struct kevent& event) {
  return FilterOf(event) == kKqueueReadFilter &&
         (entry.reader_close_suppressed || entry.no_priority) && (event.flags & EV_EOF) &&
         ForTheEndAlone(entry);
}

}  // namespace someos
