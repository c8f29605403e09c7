#include "someos/backends/poller_base/implied_readiness.h"

namespace someos::poller_base {

// All descriptors are sockets, which have no error queues.
Readiness ImpliedReadiness(int /*fd*/, Readiness /*found*/) {
  return Readiness::kReadable | Readiness::kWritable;
}

}  // namespace someos::poller_base
