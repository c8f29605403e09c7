// Translates the events of epoll_wait(2) to those that Wait returns.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_DELIVERY_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_DELIVERY_H_

#include <sys/epoll.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/epoll/epoll_entry.h"
#include "someos/backends/epoll/epoll_mask.h"
#include "someos/backends/epoll/epoll_registrations.h"
#include "someos/backends/poller_base/wake_request.h"

namespace someos {

// Translates the kernel's events to Events in place: the kernel writes into the caller's own span.
// It proceeds from the last event to the first. Since an Event is no smaller than an epoll_event,
// it never overwrites one that it still has to read.
//
// The fast path is for plain events: their entry is marked by its plain_generation (epoll_entry.h),
// and the kernel's mask can be reported unchanged. Some of the other events are dropped, and the
// gaps are closed.
//
// To be used by the waiting thread only.
class EpollDelivery {
 public:
  // The result of delivering the events of one system call.
  struct Result {
    size_t delivered = 0;
    bool woken = false;  // by a Wake
    bool stale = false;  // there were stale events, of registrations that no longer exist
  };

  // Both arguments must outlive the object.
  EpollDelivery(EpollRegistrations& registrations, poller_base::WakeRequest& wake_request)
      : registrations_(registrations), wake_request_(wake_request) {}

  // The buffer for the events of a system call.
  static epoll_event* Buffer(absl::Span<Event> events) {
    static_assert(sizeof(epoll_event) <= sizeof(Event));
    static_assert(alignof(epoll_event) <= alignof(Event));
    return reinterpret_cast<epoll_event*>(events.data());
  }

  // If the kernel's event at index `i` is plain, translates it to `events[i]` and returns true.
  static bool DeliverPlain(EpollRegistrations::View entries, absl::Span<Event> events, size_t i);

  // Translates the `count` events of a system call to the first ones of `events`.
  Result Deliver(absl::Span<Event> events, size_t count);

 private:
  enum class Outcome { kDelivered, kDropped, kStale, kWoken };

  // Bytes, because epoll_event is packed on some architectures.
  static const unsigned char* Raw(absl::Span<Event> events, size_t i) {
    return reinterpret_cast<const unsigned char*>(events.data()) + i * sizeof(epoll_event);
  }
  // Delivers the plain events at the end of the `count` events, backwards to the first that is not
  // plain. Returns how many events are left.
  size_t DeliverPlainEvents(absl::Span<Event> events, size_t count);
  // Delivers the `left` events in front of `count - left` plain ones, and closes the gaps.
  Result DeliverRest(absl::Span<Event> events, size_t count, size_t left);
  Outcome DeliverOne(const epoll_event& raw, Event& event);

  EpollRegistrations& registrations_;
  poller_base::WakeRequest& wake_request_;
};

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool EpollDelivery::DeliverPlain(
    EpollRegistrations::View entries, absl::Span<Event> events, size_t i) {
  const unsigned char* const raw = Raw(events, i);
  uint32_t mask;
  uint64_t tag;
  std::memcpy(&mask, raw + offsetof(epoll_event, events), sizeof(mask));
  std::memcpy(&tag, raw + offsetof(epoll_event, data), sizeof(tag));
  const uint32_t fd = static_cast<uint32_t>(tag);
  const EpollEntry& entry = entries[static_cast<int>(fd)];
  const uint64_t data = entry.data.load(std::memory_order_acquire);
  base::SchedulingPoint("EpollEntry.plain_generation", &entry);
  const uint32_t plain = entry.plain_generation.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE(plain != static_cast<uint32_t>(tag >> 32))) return false;
  if (ABSL_PREDICT_FALSE(mask > kPlainEpollMask)) return false;
  Event& event = events[i];
  event.fd = static_cast<int>(fd);
  event.readiness = static_cast<Readiness>(mask);
  event.raw = static_cast<uint16_t>(mask);
  event.data = data;
  return true;
}

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_DELIVERY_H_
