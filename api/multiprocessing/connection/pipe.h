// Two connections that are each other's ends: Python's multiprocessing.Pipe.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_PIPE_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_PIPE_H_

#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/connection/connection.h"

namespace someos::multiprocessing {

// If `duplex`, both ends send and receive; otherwise the first one receives, and the second one
// sends. Close-on-exec. Both ends are taken for those of programs that know Python 3.8's long form
// of messages; if one is to go to an older Python, do not send it more than 2 GiB.
//
// Errnos: EMFILE, ENFILE, ENOMEM.
absl::StatusOr<std::pair<Connection, Connection>> Pipe(bool duplex = true,
                                                       const ConnectionOptions& options = {});

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_PIPE_H_
