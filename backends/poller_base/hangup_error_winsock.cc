#include "someos/backends/poller_base/hangup_error.h"

namespace someos::poller_base {

// Winsock's select() reports no hang-ups.
bool HangupIsError(int /*fd*/, Interest /*interest*/) { return false; }

}  // namespace someos::poller_base
