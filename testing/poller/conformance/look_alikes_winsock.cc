#include "someos/testing/poller/conformance/look_alikes.h"

namespace someos {

// Connections are told apart by their ports, and so are their ends.
void AwaitATick(int /*fd*/) {}
bool EndsLookAlike(const Pipe& /*pipe*/) { return false; }

}  // namespace someos
