// How it is noticed that a peer is gone while its socket is neither read nor written.

#ifndef SOMEOS_TOOLS_RELAY_HANGUP_WATCH_H_
#define SOMEOS_TOOLS_RELAY_HANGUP_WATCH_H_

#include <chrono>

#include "someos/api/interest.h"
#include "someos/api/poller.h"

namespace someos::relay {

// A socket is quiet while nothing is to be read from it or written to it: its peer has ended its
// stream and waits for the answer, the other side takes no more for the moment, or the server has
// not been reached yet. It may be readable all the time, so its interest cannot be kReadable; and
// with kNone nothing at all is reported.
//
// Pollers report a hang-up with every other interest, so a quiet socket is watched for urgent data,
// which hardly anybody sends. Where that does not tell, the relay looks at its quiet sockets once a
// second: with select, which has no hang-up, and with kqueue, whose filter for urgent data does not
// exist everywhere and ignores a hang-up on OpenBSD (uipc_socket.c, filt_soexcept).
class HangupWatch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit HangupWatch(const Poller& poller);

  // The interest of a quiet socket.
  Interest interest() const { return interest_; }

  // There is a quiet socket whose interest is kNone.
  void RequestLook();

  // When the relay is to look at its quiet sockets; never, as long as no look is requested.
  Clock::time_point next_look() const { return next_look_; }

  // Whether it is to look now. If so, the request is fulfilled.
  bool TakeLook();

 private:
  const Interest interest_;
  Clock::time_point next_look_ = Clock::time_point::max();
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_HANGUP_WATCH_H_
