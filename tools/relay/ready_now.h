// What one socket is ready for, without a poller.

#ifndef SOMEOS_TOOLS_RELAY_READY_NOW_H_
#define SOMEOS_TOOLS_RELAY_READY_NOW_H_

#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos::relay {

// What of kReadable and kWritable in `interest` the socket `fd` is ready for, and whether it is
// hung up, broken or closed; kNone if `interest` is.
Readiness ReadyNow(int fd, Interest interest);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_READY_NOW_H_
