// How a client of a manager's server behaves.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_CLIENT_OPTIONS_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_CLIENT_OPTIONS_H_

#include <string>

#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/managers/serializer.h"

namespace someos::multiprocessing {

struct ManagerClientOptions {
  Digests digests = Digests::kAny;
  absl::Duration connect_timeout = absl::Seconds(20);
  absl::Duration handshake_timeout = absl::Seconds(10);
  // The last copy of a proxy tells the server that it is gone, for which it waits no longer than
  // this.
  absl::Duration release_timeout = absl::Seconds(1);
  // The longest reply, and the limits of its value.
  ConnectionOptions connection = {};
  // The server's.
  Serializer serializer = Serializer::kPickle;
  // What the server calls this process's connections, for people who debug it.
  std::string name = "MainProcess";
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_CLIENT_OPTIONS_H_
