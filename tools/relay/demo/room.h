// How many connections one process has descriptors for.

#ifndef SOMEOS_TOOLS_RELAY_DEMO_ROOM_H_
#define SOMEOS_TOOLS_RELAY_DEMO_ROOM_H_

#include <string>

#include "someos/api/poller.h"

namespace someos::relay {

struct Room {
  int fitting;        // of the wanted clients, those for which there are descriptors
  std::string limit;  // what allows no more; empty if all fit
};

// Finds out by trying: the numbers of the descriptors must be within the process's limit, and
// `poller` must be able to hold them. Each client takes `descriptors_each`. `any_open_fd` is only
// duplicated.
Room FindRoom(Poller& poller, int any_open_fd, int wanted, int descriptors_each);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_DEMO_ROOM_H_
