#include "someos/tools/relay/demo/room.h"

namespace someos::relay {

// There are as many sockets as there is memory, and select() takes all of them.
Room FindRoom(Poller& /*poller*/, int /*any_open_fd*/, int wanted, int /*descriptors_each*/) {
  return {wanted, ""};
}

}  // namespace someos::relay
