// The facade of connections between processes.
// api/multiprocessing/connection/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_H_

#include "someos/api/multiprocessing/connection/address.h"            // IWYU pragma: export
#include "someos/api/multiprocessing/connection/client.h"             // IWYU pragma: export
#include "someos/api/multiprocessing/connection/connection.h"         // IWYU pragma: export
#include "someos/api/multiprocessing/connection/errors.h"             // IWYU pragma: export
#include "someos/api/multiprocessing/connection/listener.h"           // IWYU pragma: export
#include "someos/api/multiprocessing/connection/pending_handshake.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/connection/pipe.h"               // IWYU pragma: export
#include "someos/api/multiprocessing/connection/wait.h"               // IWYU pragma: export
#include "someos/api/multiprocessing/process/current_process.h"       // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_H_
