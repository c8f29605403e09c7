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

// The flag for a filter that is to be reported once. For a filter with EV_ONESHOT, neither FreeBSD
// (kern_event.c, kqueue_scan) nor OpenBSD (sys/event.h, knote_process) checks the condition again
// when the event is fetched. The event would be stale if the data has been read since.
#if defined(__FreeBSD__) || defined(__OpenBSD__)
constexpr unsigned kOnce = EV_DISPATCH;
#else
constexpr unsigned kOnce = EV_ONESHOT;
#endif

// Whether the read filter is only to report the end of file, not data.
bool OnlyForEndOfFile(const KqueueEntry& entry) {
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
      if (OnlyForEndOfFile(entry)) {
        // More data than there can ever be, so that data does not trigger the filter.
        change.fflags = NOTE_LOWAT;
        change.data = INT_MAX;
      }
#endif
      break;
  }
  return change.Raw();
}

unsigned AdditionFlags(const KqueueEntry& entry, KqueueFilter filter) {
  // EV_CLEAR, because a system that ignores NOTE_LOWAT would otherwise report data that is not in
  // the interest again and again, or use up a one-shot for it.
  if (filter == kKqueueReadFilter && OnlyForEndOfFile(entry)) return EV_ADD | EV_CLEAR;
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
  Interest reads = Interest::kReadable | Interest::kReadHangup | Interest::kErrors;
  if (entry.reader_close_suppressed) reads |= Interest::kWritable;
  if (entry.no_priority) reads |= Interest::kPriority;  // for the end of file: always reported
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
  // Without EV_ADD the kernel does not add the filter.
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
      // On OpenBSD it also fires for a hang-up.
      return event.fflags & kExceptNote ? Readiness::kPriority : Readiness::kNone;
    default:
      return event.flags & EV_EOF ? Readiness::kReadable | Readiness::kReadHangup
                                  : Readiness::kReadable;
  }
}

bool RemovedByKernel(const struct kevent& event) {
  constexpr unsigned kLastReport = EV_EOF | EV_ONESHOT;
  return FilterOf(event) == kKqueueWriteFilter && (event.flags & kLastReport) == kLastReport;
}

bool ReportsEndOnce(const KqueueEntry& entry, const struct kevent& event) {
  return FilterOf(event) == kKqueueReadFilter &&
         (entry.reader_close_suppressed || entry.no_priority ||
          HasAny(entry.interest, Interest::kErrors)) &&
         (event.flags & EV_EOF) && OnlyForEndOfFile(entry);
}

}  // namespace someos
