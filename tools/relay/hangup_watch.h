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
// So a quiet socket is watched for errors and hang-ups alone: one-shot, because a hang-up lasts,
// and need not mean that the peer is gone. Where the poller cannot do that, the relay looks at its
// quiet sockets once a second: with select(2), which has no hang-up, and with the BSDs' poll(2),
// which does not wait for a descriptor without other events. Their kqueue(2) does: its filter for
// reading fires at each end of a stream, whatever data there is, and the poller then asks whether
// it is a hang-up.
//
// The relay looks as well once a hang-up has been reported of a peer that is still there (macOS
// calls a half-closed connection hung up): the one-shot has been used up.
class HangupWatch {
 public:
  using Clock = std::chrono::steady_clock;

  explicit HangupWatch(const Poller& poller);

  // The interest of a quiet socket.
  Interest interest() const { return interest_; }

  // There is a quiet socket of which the poller does not tell, or no longer.
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
