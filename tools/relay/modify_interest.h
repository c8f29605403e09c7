// A change of what a poller watches a descriptor for.

#ifndef SOMEOS_TOOLS_RELAY_MODIFY_INTEREST_H_
#define SOMEOS_TOOLS_RELAY_MODIFY_INTEREST_H_

#include <cstdint>

#include "absl/status/status.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"

namespace someos::relay {

// Poller::Modify, retried a few times while the system is short of memory or the like.
absl::Status ModifyInterest(Poller& poller, int fd, Interest interest, uint64_t data,
                            Trigger trigger = Trigger::kLevel);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_MODIFY_INTEREST_H_
