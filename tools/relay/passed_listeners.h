// Socket activation: listening sockets that a service manager passes (sd_listen_fds(3)).

#ifndef SOMEOS_TOOLS_RELAY_PASSED_LISTENERS_H_
#define SOMEOS_TOOLS_RELAY_PASSED_LISTENERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "someos/tools/relay/listener.h"

namespace someos::relay {

// The sockets that are meant for this process, made non-blocking and close-on-exec; none if there
// are none. They have the numbers from 3 on; LISTEN_FDS says how many there are, LISTEN_PID for
// which process, and LISTEN_FDNAMES has their names, if they have any, for messages. Removes these
// variables from the environment, so to be called once, before anything else opens a descriptor and
// while there is one thread.
//
// kInvalidArgument: a variable makes no sense, or a descriptor is no listening stream socket; the
// message names it.
absl::StatusOr<std::vector<Listener>> TakePassedListeners();

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_PASSED_LISTENERS_H_
