#include "someos/api/multiprocessing/queues/shared_queue.h"

#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/queues/shared_ring.h"

namespace someos::multiprocessing {

absl::Status SharedBytesQueue::Send(absl::string_view message, absl::Duration timeout) {
  using Length = internal::SharedRing::Length;
  if (message.size() > std::numeric_limits<Length>::max()) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("shared queue: a message of ", message.size(),
                                    " bytes does not fit into 4 GiB"));
  }
  const auto length = static_cast<Length>(message.size());
  return ring_.Push(absl::string_view(reinterpret_cast<const char*>(&length), sizeof(length)),
                    message, timeout);
}

}  // namespace someos::multiprocessing
