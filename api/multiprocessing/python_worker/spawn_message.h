// What Python tells a process that it has spawned: two pickles, the second of which is a Process.
// Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_SPAWN_MESSAGE_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_SPAWN_MESSAGE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

struct SpawnMessage {
  PeerVersion python;  // by the protocol and, if it is there, the library's zip file in sys.path
  std::string authkey;
  std::string name;  // "SpawnPoolWorker-1"
  PyValue target;
  PyValue args;
  PyValue kwargs;
};

// Limits of what the process that has started this one sends: as good as none but depth.
UnpickleOptions TrustedPickles();

// nullopt: `bytes` are only the beginning of a message.
//
// kUnimplemented: not from one of Python 3.6 to 3.14; something else than a Process of
// multiprocessing's spawn context. Errors of Unpickle.
absl::StatusOr<std::optional<SpawnMessage>> ReadSpawnMessage(absl::string_view bytes);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_SPAWN_MESSAGE_H_
