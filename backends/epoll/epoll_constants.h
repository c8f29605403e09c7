// The EPOLL* constants of Python's select module, with the values of the system's <sys/epoll.h>. As
// in Python, a constant exists if the system's header defines it. Do not use the POLL* constants
// instead: on some architectures the values differ.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_CONSTANTS_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_CONSTANTS_H_

#include <sys/epoll.h>

#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/constant.h"

namespace someos::select {

// Bits of the event masks of Epoll, both of registrations and of events; see epoll_ctl(2).
inline constexpr uint32_t kEpollIn = EPOLLIN;
inline constexpr uint32_t kEpollOut = EPOLLOUT;
inline constexpr uint32_t kEpollPri = EPOLLPRI;
inline constexpr uint32_t kEpollErr = EPOLLERR;  // always reported
inline constexpr uint32_t kEpollHup = EPOLLHUP;  // always reported
inline constexpr uint32_t kEpollRdnorm = EPOLLRDNORM;
inline constexpr uint32_t kEpollRdband = EPOLLRDBAND;
inline constexpr uint32_t kEpollWrnorm = EPOLLWRNORM;
inline constexpr uint32_t kEpollWrband = EPOLLWRBAND;
inline constexpr uint32_t kEpollMsg = EPOLLMSG;  // ignored by Linux
#ifdef EPOLLRDHUP
inline constexpr uint32_t kEpollRdhup = EPOLLRDHUP;  // Linux 2.6.17
#endif

// Bits of registrations only, which control how events are reported.
inline constexpr uint32_t kEpollEt = EPOLLET;
#ifdef EPOLLONESHOT
inline constexpr uint32_t kEpollOneshot = EPOLLONESHOT;
#endif
#ifdef EPOLLEXCLUSIVE
inline constexpr uint32_t kEpollExclusive = EPOLLEXCLUSIVE;  // Linux 4.5
#endif
#ifdef EPOLLWAKEUP
inline constexpr uint32_t kEpollWakeup = EPOLLWAKEUP;  // Linux 3.5; needs CAP_BLOCK_SUSPEND
#endif

// A flag of Epoll::Create, which sets it in any case. Not a bit of an event mask.
inline constexpr int kEpollCloexec = EPOLL_CLOEXEC;

// All of the above by Python's names; EPOLL_CLOEXEC is the last.
inline constexpr Constant kEpollConstants[] = {
    {"EPOLLIN", kEpollIn},
    {"EPOLLOUT", kEpollOut},
    {"EPOLLPRI", kEpollPri},
    {"EPOLLERR", kEpollErr},
    {"EPOLLHUP", kEpollHup},
    {"EPOLLRDNORM", kEpollRdnorm},
    {"EPOLLRDBAND", kEpollRdband},
    {"EPOLLWRNORM", kEpollWrnorm},
    {"EPOLLWRBAND", kEpollWrband},
    {"EPOLLMSG", kEpollMsg},
#ifdef EPOLLRDHUP
    {"EPOLLRDHUP", kEpollRdhup},
#endif
    {"EPOLLET", kEpollEt},
#ifdef EPOLLONESHOT
    {"EPOLLONESHOT", kEpollOneshot},
#endif
#ifdef EPOLLEXCLUSIVE
    {"EPOLLEXCLUSIVE", kEpollExclusive},
#endif
#ifdef EPOLLWAKEUP
    {"EPOLLWAKEUP", kEpollWakeup},
#endif
    {"EPOLL_CLOEXEC", kEpollCloexec},
};

// "EPOLLIN|EPOLLHUP", or "0".
inline std::string EpollMaskNames(uint32_t mask) {
  constexpr size_t kMaskBits = std::size(kEpollConstants) - 1;
  static_assert(absl::string_view(kEpollConstants[kMaskBits].name) == "EPOLL_CLOEXEC");
  return MaskNames(absl::MakeConstSpan(kEpollConstants, kMaskBits), mask);
}

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_CONSTANTS_H_
