#include "someos/backends/poller_base/change_count.h"

namespace someos::poller_base {

// There is no forked child that could ask.
ChangeCount::ChangeCount() = default;
ChangeCount::~ChangeCount() = default;

}  // namespace someos::poller_base
