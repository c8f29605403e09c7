// Translations between epoll's masks and the Poller's.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_MASK_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_MASK_H_

#include <sys/epoll.h>

#include <cstdint>

#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos {

// They are shifts because the values agree with poll(2)'s.
static_assert(static_cast<int>(Interest::kReadable) == EPOLLIN);
static_assert(static_cast<int>(Interest::kPriority) == EPOLLPRI);
static_assert(static_cast<int>(Interest::kWritable) == EPOLLOUT);
static_assert(static_cast<int>(Readiness::kError) == EPOLLERR);
static_assert(static_cast<int>(Readiness::kHangup) == EPOLLHUP);
static_assert(static_cast<int>(Interest::kReadHangup) << 7 == EPOLLRDHUP);

// A mask that is at most this is a Readiness as it stands.
inline constexpr uint32_t kPlainEpollMask = EPOLLIN | EPOLLPRI | EPOLLOUT;
static_assert(kPlainEpollMask == 7);

// What epoll_ctl(2) is asked to report.
inline uint32_t EpollMask(Interest interest, Trigger trigger) {
  // The kernel adds EPOLLERR and EPOLLHUP to every mask, and a level-triggered hangup would make
  // every wait return. EPOLLONESHOT with no other bit silences them after one report (T4).
  if (interest == Interest::kNone) return EPOLLONESHOT;
  const uint32_t bits = static_cast<uint32_t>(interest);
  uint32_t mask = (bits & kPlainEpollMask) | ((bits & 0x40) << 7);
  if (trigger == Trigger::kEdge) mask |= EPOLLET;
  if (trigger == Trigger::kOneShot) mask |= EPOLLONESHOT;
  return mask;
}

// What a mask from epoll_wait(2) means to a registration with this interest.
inline Readiness ReadinessOfEpollMask(uint32_t mask, Interest interest) {
  uint32_t bits = (mask & 0x1f) | ((mask >> 7) & 0x40);
  if (mask & (EPOLLERR | EPOLLHUP)) {
    // read() and write() return at once now: see Readiness.
    bits |= static_cast<uint32_t>(interest & (Interest::kReadable | Interest::kWritable));
  }
  return static_cast<Readiness>(bits);
}

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_MASK_H_
