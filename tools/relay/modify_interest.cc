#include "someos/tools/relay/modify_interest.h"

#include <cstdint>

#include "absl/status/status.h"
#include "someos/api/errno_status.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/exhaustion.h"

namespace someos::relay {

absl::Status ModifyInterest(Poller& poller, int fd, Interest interest, uint64_t data,
                            Trigger trigger) {
  constexpr int kMostTries = 3;
  absl::Status status;
  for (int i = 0; i < kMostTries; ++i) {
    status = poller.Modify(fd, interest, data, trigger);
    if (status.ok() || !IsExhaustion(ErrnoOf(status))) break;
  }
  return status;
}

}  // namespace someos::relay
