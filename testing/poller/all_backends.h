// Every backend that this system can link, for tests that compare them.

#ifndef SOMEOS_TESTING_POLLER_ALL_BACKENDS_H_
#define SOMEOS_TESTING_POLLER_ALL_BACKENDS_H_

#include "absl/types/span.h"
#include "someos/api/backend.h"

namespace someos {

// In the order select, poll, epoll, kqueue; those that the system lacks are not there.
absl::Span<const Backend* const> AllBackends();

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_ALL_BACKENDS_H_
