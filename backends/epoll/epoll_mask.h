// Translations between epoll's masks and the Poller's.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_MASK_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_MASK_H_

#include <sys/epoll.h>

#include <cstdint>

#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/backends/poller_base/implied_readiness.h"

namespace someos {

// The translations are mere shifts because the values are those of poll(2).
static_assert(static_cast<int>(Interest::kReadable) == EPOLLIN);
static_assert(static_cast<int>(Interest::kPriority) == EPOLLPRI);
static_assert(static_cast<int>(Interest::kWritable) == EPOLLOUT);
static_assert(static_cast<int>(Readiness::kError) == EPOLLERR);
static_assert(static_cast<int>(Readiness::kHangup) == EPOLLHUP);
static_assert(static_cast<int>(Interest::kReadHangup) << 7 == EPOLLRDHUP);

// A mask that is at most this is a Readiness without translation.
inline constexpr uint32_t kPlainEpollMask = EPOLLIN | EPOLLPRI | EPOLLOUT;
static_assert(kPlainEpollMask == 7);

// The event mask for epoll_ctl(2).
inline uint32_t EpollMask(Interest interest, Trigger trigger) {
  // The kernel adds EPOLLERR and EPOLLHUP to every mask, and a level-triggered hang-up would make
  // every wait return. With EPOLLONESHOT alone they are suppressed after one report.
  // (An exclusive registration is never paused. The kernel refuses a modification to one.)
  if (interest == Interest::kNone) {
    return trigger == Trigger::kExclusive ? EPOLLEXCLUSIVE : EPOLLONESHOT;
  }
  const uint32_t bits = static_cast<uint32_t>(interest);
  constexpr uint32_t kTriggerBits[] = {0, EPOLLET, EPOLLONESHOT, EPOLLEXCLUSIVE};
  return (bits & kPlainEpollMask) | ((bits & 0x40) << 7) | kTriggerBits[static_cast<int>(trigger)];
}

// The readiness of a registration of `fd` with this interest for a mask from epoll_wait(2).
inline Readiness ReadinessOfEpollMask(int fd, uint32_t mask, Interest interest) {
  const auto found = static_cast<Readiness>((mask & 0x1f) | ((mask >> 7) & 0x40));
  if ((mask & (EPOLLERR | EPOLLHUP)) == 0) return found;
  return found | poller_base::ImpliedReadiness(fd, interest, found);
}

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_MASK_H_
