#include "someos/backends/poll/poll_system.h"

#include "someos/backends/base/poll_until.h"

namespace someos {

const PollSystem& RealPollSystem() {
  static const PollSystem kReal = {base::PollUntil, base::PollResolution()};
  return kReal;
}

}  // namespace someos
