// From what epoll_wait(2) brings to what Wait returns.

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
#include "someos/backends/epoll/epoll_entry.h"
#include "someos/backends/epoll/epoll_mask.h"
#include "someos/backends/epoll/epoll_registrations.h"
#include "someos/backends/poller_base/wake_request.h"

namespace someos {

// Turns the kernel's events into Events where they are: the kernel writes into the caller's own
// span. It goes from the last one to the first and so never overwrites what it still has to read,
// because an Event is no smaller.
//
// Most events are plain: their entry says so by its plain_tag (epoll_entry.h), and the kernel's
// mask is the answer as it stands. Of the others some are dropped, and the gaps are closed.
//
// For the waiting thread.
class EpollDelivery {
 public:
  // What became of the events of one system call.
  struct Result {
    size_t delivered = 0;
    bool woken = false;  // by a Wake
    bool stale = false;  // there were events of registrations that are no more
  };

  // Both must outlive it.
  EpollDelivery(EpollRegistrations& registrations, poller_base::WakeRequest& wake_request)
      : registrations_(registrations), wake_request_(wake_request) {}

  // Where a system call puts its events.
  static epoll_event* Buffer(absl::Span<Event> events) {
    static_assert(sizeof(epoll_event) <= sizeof(Event));
    static_assert(alignof(epoll_event) <= alignof(Event));
    return reinterpret_cast<epoll_event*>(events.data());
  }

  // Turns the event that a system call has put at `i` into `events[i]` if it is plain, and says
  // whether it is.
  static bool DeliverPlain(EpollRegistrations::View entries, absl::Span<Event> events, size_t i);

  // Turns the `count` events of a system call into the first ones of `events`.
  Result Deliver(absl::Span<Event> events, size_t count);

 private:
  enum class Outcome { kDelivered, kDropped, kStale, kWoken };

  // They are packed on some architectures.
  static const unsigned char* Raw(absl::Span<Event> events, size_t i) {
    return reinterpret_cast<const unsigned char*>(events.data()) + i * sizeof(epoll_event);
  }
  // Delivers plain events from the last of `count` on, up to one that is not; returns how many are
  // left.
  size_t DeliverPlainOnes(absl::Span<Event> events, size_t count);
  // Delivers the `left` ones before `count - left` plain ones, and closes the gaps.
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
  if (ABSL_PREDICT_FALSE(entry.plain_tag.load(std::memory_order_relaxed) != tag)) return false;
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
