// Bytes on their way from one descriptor to another that the program never sees: splice(2).

#ifndef SOMEOS_BACKENDS_TRANSFER_SPLICE_SPLICE_PIPE_H_
#define SOMEOS_BACKENDS_TRANSFER_SPLICE_SPLICE_PIPE_H_

#include <sys/types.h>

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "someos/backends/base/owned_fd.h"

namespace someos {

// A pipe that takes bytes from a source and gives them to a sink. Where both are sockets, Linux
// moves references to its own buffers and copies nothing.
//
// Takes two descriptors. For one thread at a time. The process has to ignore SIGPIPE, since
// splice(2) knows no MSG_NOSIGNAL.
class SplicePipe {
 public:
  // A pipe with room for about `bytes`, or for less if the system grants less; how much fits also
  // depends on how the bytes are spread over the kernel's buffers.
  //
  // ENOSYS: the system has no splice(2), which only Linux has. Others of pipe2(2): EMFILE, ENFILE.
  static absl::StatusOr<std::unique_ptr<SplicePipe>> Create(size_t bytes);

  // Moves at most `most` bytes (not 0) from `source`, which is non-blocking, into the pipe, which
  // is empty. Returns how many, or -1 and errno: EAGAIN if there are none at the moment, EINVAL if
  // `source` is of a kind that cannot be spliced, and the errors of read(2).
  //
  // 0 usually means the end of the stream; but TCP's urgent data, too, can look like an end (0) or
  // like an empty socket (EAGAIN). recv(2) tells, and passes over the urgent byte. Errors, on the
  // other hand, have been taken from the socket: a recv(2) after them would find the end of the
  // stream.
  ssize_t Fill(int source, size_t most);

  // Moves what is in the pipe to `sink`, which is non-blocking, as far as it takes it. Returns how
  // many bytes that were, or -1 and errno: EAGAIN if it takes none at the moment, and the errors of
  // write(2). Only if size() is not 0.
  ssize_t Drain(int sink);

  // How many bytes are in the pipe.
  size_t size() const { return size_; }

 private:
  SplicePipe(base::OwnedFd out, base::OwnedFd in);

  base::OwnedFd out_;
  base::OwnedFd in_;
  size_t size_ = 0;
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_TRANSFER_SPLICE_SPLICE_PIPE_H_
