// What a relay counts.

#ifndef SOMEOS_TOOLS_RELAY_STATISTICS_H_
#define SOMEOS_TOOLS_RELAY_STATISTICS_H_

#include <cstdint>
#include <string>

namespace someos::relay {

// What went one way, over all connections.
struct Traffic {
  uint64_t bytes = 0;    // that the sink's kernel took
  uint64_t spliced = 0;  // those of them that were not copied to the relay
  uint64_t reads = 0;    // recv or splice calls that brought data: the messages, as the relay saw
                         // them
  uint64_t stalls = 0;   // times a sink did not take all, and its source was paused
};

struct Statistics {
  uint64_t accepted = 0;   // clients for which a connection was begun
  uint64_t active = 0;     // connections that are open now, those still connecting among them
  uint64_t refused = 0;    // clients closed because no upstream address could be connected to
  uint64_t timed_out = 0;  // attempts to connect that took too long
  uint64_t limited = 0;    // clients closed because there were enough connections
  uint64_t expired = 0;    // connections reset because nothing had passed for too long
  uint64_t reset = 0;      // connections that ended with an error on either side
  uint64_t exhausted = 0;  // times accepting was paused for want of descriptors or the like
  Traffic to_upstream;
  Traffic to_client;
  uint64_t waits = 0;     // Poller::Wait calls
  uint64_t modifies = 0;  // Poller::Modify calls
};

// Adds what another thread has counted.
Statistics& operator+=(Statistics& sum, const Statistics& other);

// One line of "name=value" pairs, without a newline.
std::string ToString(const Statistics& statistics);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_STATISTICS_H_
