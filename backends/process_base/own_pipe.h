// A pipe, or two sockets, of the library's own.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_OWN_PIPE_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_OWN_PIPE_H_

#include <array>

#include "absl/status/statusor.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::multiprocessing::process_base {

// Both ends are close-on-exec. On macOS, which has no pipe2(2), a process that other code starts at
// the moment when it is made may keep them; those that this library starts do not.
struct OwnPipe {
  base::OwnDescriptor read_end;
  base::OwnDescriptor write_end;
};

// Errnos: EMFILE, ENFILE.
absl::StatusOr<OwnPipe> MakeOwnPipe();

// Two connected AF_UNIX stream sockets, as above. Errnos: EMFILE, ENFILE.
absl::StatusOr<std::array<base::OwnDescriptor, 2>> MakeOwnSockets();

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_OWN_PIPE_H_
