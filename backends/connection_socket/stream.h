// Reading and writing of a connection's descriptor: a stream socket, a pipe or what else there is.

#ifndef SOMEOS_BACKENDS_CONNECTION_SOCKET_STREAM_H_
#define SOMEOS_BACKENDS_CONNECTION_SOCKET_STREAM_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::connection_socket {

// What reading or writing has come to.
struct Transfer {
  enum class End {
    kBytes,      // `count` of them, 1 or more
    kEndOfFile,  // of reading
    kTimedOut,
    kFailed,  // with `error`, an errno
  };

  static Transfer Bytes(size_t count) { return {End::kBytes, count, 0}; }
  static Transfer EndOfFile() { return {End::kEndOfFile, 0, 0}; }
  static Transfer TimedOut() { return {End::kTimedOut, 0, 0}; }
  static Transfer Failed(int error) { return {End::kFailed, 0, error}; }

  End end;
  size_t count;
  int error;
};

// Whether Python acknowledges descriptors on this system whatever its version: macOS may lose one
// whose sender closes it before it has arrived.
#ifdef __APPLE__
inline constexpr bool kDescriptorsAreAcknowledged = true;
#else
inline constexpr bool kDescriptorsAreAcknowledged = false;
#endif

enum class Direction { kRead, kWrite };

// Owns the descriptor. Deadlines: an infinite one blocks, an immediate one does not. Goes on after
// signals. One thread may read while another writes.
class Stream {
 public:
  // Takes ownership of `fd`; a negative one means none.
  explicit Stream(int fd);

  bool valid() const { return fd_.valid(); }
  int fd() const { return fd_.get(); }
  int Release() { return fd_.Release(); }
  void Close() { fd_.Reset(); }

  // Tells that this process keeps `reader` open for as long as it writes. On Linux, if that is the
  // other end of this pipe, writing cannot raise SIGPIPE, and need not be guarded against it, which
  // takes two system calls each time.
  void ReaderStaysOpen(int reader);

  // Reads some bytes; `space` must not be empty.
  Transfer Read(absl::Span<char> space, base::Deadline& deadline);

  // Writes some bytes of `first` and then `second`, which must not both be empty; EPIPE instead of
  // a SIGPIPE.
  Transfer Write(absl::string_view first, absl::string_view second, base::Deadline& deadline);

  // Waits until Read or Write would not block: kBytes with a count of 0.
  Transfer Await(Direction direction, base::Deadline& deadline) const;

  // Sends the descriptor `sent` with one byte, its number; receives one, close-on-exec, into
  // `received`, which is -1 if the byte came without one. kBytes with a count of 1.
  Transfer SendDescriptor(int sent, base::Deadline& deadline);
  Transfer ReceiveDescriptor(int& received, base::Deadline& deadline);

 private:
  base::OwnedFd fd_;
  bool is_socket_ = false;
  bool may_break_ = true;  // of a pipe
};

}  // namespace someos::connection_socket

#endif  // SOMEOS_BACKENDS_CONNECTION_SOCKET_STREAM_H_
