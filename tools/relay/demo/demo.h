// relay --demo: an echo server, the relay and many clients in one process, for one linked backend
// after the other.

#ifndef SOMEOS_TOOLS_RELAY_DEMO_DEMO_H_
#define SOMEOS_TOOLS_RELAY_DEMO_DEMO_H_

#include "absl/strings/string_view.h"

namespace someos::relay {

// Runs the demo with up to `clients` clients (fewer if the system's limits say so) on the named
// linked backend, or on every linked one if `poller` is empty, and prints what it does and a table
// to stdout. True if there was no error; a backend that the kernel lacks is one.
bool RunDemo(absl::string_view poller, int clients);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_DEMO_DEMO_H_
