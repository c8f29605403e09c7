// The constants of Python's poll objects: the bits of an event mask.

#ifndef SOMEOS_BACKENDS_POLL_POLL_CONSTANTS_H_
#define SOMEOS_BACKENDS_POLL_POLL_CONSTANTS_H_

#include <poll.h>

#include <cstdint>
#include <string>

#include "someos/api/constant.h"

namespace someos::select {

inline constexpr int kPollIn = POLLIN;      // there is data to read
inline constexpr int kPollPri = POLLPRI;    // there is urgent data to read
inline constexpr int kPollOut = POLLOUT;    // a write would not block
inline constexpr int kPollErr = POLLERR;    // an error; always reported
inline constexpr int kPollHup = POLLHUP;    // a hang-up; always reported
inline constexpr int kPollNval = POLLNVAL;  // the descriptor is not open; always reported

// The following constants exist only if the system has them. The preprocessor can check for the
// system's macro, and a program can look a constant up in kPollConstants. On the BSDs and macOS
// kPollWrnorm is kPollOut.
#ifdef POLLRDNORM
inline constexpr int kPollRdnorm = POLLRDNORM;  // normal data can be read
#endif
#ifdef POLLRDBAND
inline constexpr int kPollRdband = POLLRDBAND;  // priority data can be read
#endif
#ifdef POLLWRNORM
inline constexpr int kPollWrnorm = POLLWRNORM;  // normal data can be written
#endif
#ifdef POLLWRBAND
inline constexpr int kPollWrband = POLLWRBAND;  // priority data can be written
#endif
#ifdef POLLMSG
inline constexpr int kPollMsg = POLLMSG;  // Linux: never set
#endif
#ifdef POLLRDHUP
inline constexpr int kPollRdhup = POLLRDHUP;  // the peer has shut down its writing side
#endif
#ifdef POLLINIGNEOF
inline constexpr int kPollInigneof = POLLINIGNEOF;  // FreeBSD: kPollIn, but not at end of file
#endif

// The constants of this system, by Python's names (no Python has POLLINIGNEOF). If two names share
// a value, the more common one comes first.
inline constexpr Constant kPollConstants[] = {
    {"POLLIN", POLLIN},
    {"POLLPRI", POLLPRI},
    {"POLLOUT", POLLOUT},
    {"POLLERR", POLLERR},
    {"POLLHUP", POLLHUP},
    {"POLLNVAL", POLLNVAL},
#ifdef POLLRDNORM
    {"POLLRDNORM", POLLRDNORM},
#endif
#ifdef POLLRDBAND
    {"POLLRDBAND", POLLRDBAND},
#endif
#ifdef POLLWRNORM
    {"POLLWRNORM", POLLWRNORM},
#endif
#ifdef POLLWRBAND
    {"POLLWRBAND", POLLWRBAND},
#endif
#ifdef POLLMSG
    {"POLLMSG", POLLMSG},
#endif
#ifdef POLLRDHUP
    {"POLLRDHUP", POLLRDHUP},
#endif
#ifdef POLLINIGNEOF
    {"POLLINIGNEOF", POLLINIGNEOF},
#endif
};

// "POLLIN|POLLHUP": see MaskNames.
inline std::string PollMaskNames(int64_t mask) {
  return MaskNames(kPollConstants, static_cast<uint64_t>(mask));
}

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_POLL_POLL_CONSTANTS_H_
