#include "someos/backends/epoll/epoll_delivery.h"

#include <algorithm>

#include "someos/backends/base/mutex.h"
#include "someos/backends/epoll/epoll_set.h"

namespace someos {

EpollDelivery::Result EpollDelivery::Deliver(absl::Span<Event> events, size_t count) {
  const size_t left = DeliverPlainEvents(events, count);
  if (ABSL_PREDICT_FALSE(left > 0)) return DeliverRest(events, count, left);
  Result result;
  result.delivered = count;
  return result;
}

size_t EpollDelivery::DeliverPlainEvents(absl::Span<Event> events, size_t count) {
  const EpollRegistrations::View entries = registrations_.view();
  // Unrolled, to reduce the overhead of the loop.
  constexpr size_t kUnrolled = 4;
  size_t left = count;
  for (; left >= kUnrolled; left -= kUnrolled) {
    for (size_t i = 0; i < kUnrolled; ++i) {
      if (ABSL_PREDICT_FALSE(!DeliverPlain(entries, events, left - i - 1))) return left - i;
    }
  }
  for (; left > 0; --left) {
    if (ABSL_PREDICT_FALSE(!DeliverPlain(entries, events, left - 1))) return left;
  }
  return 0;
}

EpollDelivery::Result EpollDelivery::DeliverRest(absl::Span<Event> events, size_t count,
                                                 size_t left) {
  Result result;
  size_t first = left;  // index of the first delivered event; they are at the end
  while (left > 0) {
    epoll_event raw;
    std::memcpy(&raw, Raw(events, --left), sizeof(raw));
    switch (DeliverOne(raw, events[first - 1])) {
      case Outcome::kDelivered:
        --first;
        break;
      case Outcome::kDropped:
        break;
      case Outcome::kStale:
        result.stale = true;
        break;
      case Outcome::kWoken:
        result.woken = true;
        break;
    }
  }
  if (first > 0) std::copy(events.begin() + first, events.begin() + count, events.begin());
  result.delivered = count - first;
  return result;
}

EpollDelivery::Outcome EpollDelivery::DeliverOne(const epoll_event& raw, Event& event) {
  const uint64_t tag = raw.data.u64;
  if (tag == EpollSet::WakeTag(registrations_.wake_channel())) {
    // Before the request is taken: a signal of the next one must not be consumed.
    registrations_.wake_channel().DrainForEdges();
    // If no Wake is pending, the channel was signalled by a change.
    return wake_request_.Take() ? Outcome::kWoken : Outcome::kDropped;
  }
  const int fd = static_cast<int>(static_cast<uint32_t>(tag));
  EpollEntry& entry = registrations_.view()[fd];
  uint32_t packed;
  uint64_t data;
  EpollState state;
  while (true) {
    packed = entry.state.load(std::memory_order_acquire);
    base::SchedulingPoint("EpollEntry.data", &entry);
    data = entry.data.load(std::memory_order_acquire);
    state = EpollState::Unpack(entry.generation(), packed);
    if (ABSL_PREDICT_TRUE(state.registered && state.Tag(fd) == tag &&
                          entry.state.load(std::memory_order_relaxed) == packed)) {
      break;
    }
    if (!registrations_.IsCurrent(tag)) return Outcome::kStale;
  }
  if (ABSL_PREDICT_FALSE(!state.reportable())) return Outcome::kDropped;
  if (state.trigger == Trigger::kOneShot) {
    base::SchedulingPoint("EpollEntry.Fire", &entry);
    // If this fails, another thread has just re-armed or unregistered it.
    entry.state.compare_exchange_strong(packed, packed | EpollState::kFired,
                                        std::memory_order_relaxed);
  }
  event.fd = fd;
  event.readiness = ReadinessOfEpollMask(fd, raw.events, state.interest);
  event.raw = static_cast<uint16_t>(raw.events);
  event.data = data;
  return Outcome::kDelivered;
}

}  // namespace someos
