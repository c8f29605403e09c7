// One end of a connection between processes: Python's multiprocessing.connection.Connection.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_CONNECTION_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_CONNECTION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection/frame_reader.h"
#include "someos/api/multiprocessing/connection/frame_writer.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/waitable.h"  // undefines the macro fileno
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing {

struct ConnectionOptions {
  // Longer messages are refused: "bad message length". Python has no such limit. Memory is taken as
  // a message arrives, not by the length that it claims.
  uint64_t max_message = uint64_t{1} << 30;
  // Of what Receive unpickles.
  UnpickleOptions unpickle = {};
};

// Messages, of bytes or of Python's values, over a socket or a pipe. Never reads beyond the message
// that it returns, so that other processes may share the descriptor, and a Poller sees what is
// left.
//
// Waiting: a timeout of InfiniteDuration, the default, blocks until it is done; zero or less does
// not block. kDeadlineExceeded (TimeoutError) loses nothing: what has arrived of a message is kept
// for the next call that receives, and what has not been sent of a message that is partly sent is
// sent by the next call that sends, or by Flush.
//
// Signals: calls go on after a signal handler has run. No call raises SIGPIPE.
//
// Threads: one may send while another receives; everything else, and Close and moves in any case,
// needs the program's own lock. A fork leaves both processes with the connection.
//
// Errors, besides those named below, are those of PythonErrorOf (python_error.h):
// - kFailedPrecondition (OSError) "handle is closed", "connection is write-only" (of what
//   receives), "connection is read-only" (of what sends).
// - kOutOfRange (EOFError, IsEofError) of what receives: the peer has closed, between two messages.
// - kDataLoss (OSError) "got end of file during message".
// - kResourceExhausted, kInvalidArgument (OSError) "bad message length...": the peer sends
//   something else than messages, or one that is too long. As in Python, a connection that can send
//   is write-only from then on; one that cannot is closed.
// - An errno, such as EPIPE (BrokenPipeError) and ECONNRESET: "receive fd 5: Connection reset ...".
class Connection {
 public:
  // Of a connected stream socket, a pipe's end or another descriptor, which it owns from now on,
  // also if this fails. A non-blocking descriptor is used just the same.
  //
  // kInvalidArgument (ValueError): "invalid handle" for a negative one; "at least one of `readable`
  // and `writable` must be True".
  static absl::StatusOr<Connection> Of(int fd, bool readable = true, bool writable = true,
                                       const ConnectionOptions& options = {});

  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection() = default;

  // Sends a value as a pickle, in the dialect that the peer reads, by what is known of it; see
  // peer(). Errors of Pickle as well.
  absl::Status Send(const PyValue& value, absl::Duration timeout = absl::InfiniteDuration());

  // Receives a pickle. Errors of Unpickle as well; then the message is gone, and the next one may
  // be received.
  absl::StatusOr<PyValue> Receive(absl::Duration timeout = absl::InfiniteDuration());

  // Sends bytes as one message, without copying them.
  //
  // kInvalidArgument (OSError) "bad message length": 2 GiB or more to a peer that is not known to
  // be Python 3.8 or newer.
  absl::Status SendBytes(absl::string_view bytes,
                         absl::Duration timeout = absl::InfiniteDuration());
  // A part of the buffer. kInvalidArgument (ValueError): "offset is negative", "buffer length <
  // offset", "size is negative", "buffer length < offset + size".
  absl::Status SendBytes(absl::string_view buffer, int64_t offset,
                         std::optional<int64_t> size = std::nullopt,
                         absl::Duration timeout = absl::InfiniteDuration());

  // Receives a message. One of more than `max_length` bytes is a "bad message length".
  // kInvalidArgument (ValueError) "negative maxlength".
  absl::StatusOr<std::string> ReceiveBytes(std::optional<int64_t> max_length = std::nullopt,
                                           absl::Duration timeout = absl::InfiniteDuration());

  // Receives a message into `buffer` from `offset` on, and returns its length.
  //
  // kResourceExhausted (BufferTooShort): it does not fit; MessageOfBufferTooShort has it, and the
  // connection goes on. kInvalidArgument (ValueError): "negative offset", "offset too large".
  absl::StatusOr<size_t> ReceiveBytesInto(absl::Span<char> buffer, int64_t offset = 0,
                                          absl::Duration timeout = absl::InfiniteDuration());

  // Whether there is something to receive, or the end. Waits for it until `timeout`.
  absl::StatusOr<bool> Poll(absl::Duration timeout = absl::ZeroDuration());

  // For event loops: these never block, and are to be called when fileno() is readable or writable.
  // The message, or nullopt if it has not arrived in full.
  absl::StatusOr<std::optional<std::string>> TryReceiveBytes();
  // The same with a limit for this message, as ReceiveBytes.
  absl::StatusOr<std::optional<std::string>> TryReceiveBytes(uint64_t max_length);
  // Takes the message, and sends as much as the peer's system takes. False: there is a rest, to be
  // sent by Flush once fileno() is writable. Rests take memory: who sends to a peer that does not
  // read should wait while has_unsent().
  absl::StatusOr<bool> TrySendBytes(absl::string_view bytes);
  // Whether nothing is left.
  absl::StatusOr<bool> Flush();
  // Whether the last TryReceiveBytes has left a part of a message, or TrySendBytes a rest.
  bool has_partial_message() const { return !reader_.idle(); }
  bool has_unsent() const { return !writer_.empty(); }

  // Sends a descriptor, which stays open here, over an AF_UNIX socket; Python's
  // multiprocessing.reduction.send_handle. EINVAL, ENOTSOCK, EOPNOTSUPP: it is no such socket.
  //
  // Python 3.14 answers, and waits for the answer; so do all on macOS, but none before elsewhere.
  // So it must be known, from an object received before or by Learn, that the peer is 3.14
  // (peer()). kFailedPrecondition (RuntimeError) "did not receive acknowledgement of fd"; "a
  // message has been received in part", of which the answer could not be told apart. After
  // kDeadlineExceeded, the descriptor may have been sent and the answer be still to come: close.
  absl::Status SendDescriptor(int fd, absl::Duration timeout = absl::InfiniteDuration());
  // Receives a descriptor, which the caller owns, close-on-exec; recv_handle.
  //
  // kFailedPrecondition (RuntimeError) "invalid data received": the peer has sent something else,
  // of which one byte is gone; "a message has been received in part": has_partial_message().
  absl::StatusOr<int> ReceiveDescriptor(absl::Duration timeout = absl::InfiniteDuration());

  // Has no effect on one that is closed. An unsent rest is lost.
  void Close();
  bool closed() const { return !stream_.valid(); }
  bool readable() const { return readable_; }
  bool writable() const { return writable_; }
  // The descriptor, for Select, Wait and a Poller. kFailedPrecondition "handle is closed".
  absl::StatusOr<int> fileno() const;
  // Gives the descriptor away; the connection is closed then. Only if there is neither a partial
  // message nor a rest.
  int Release();

  // What the handshake and the pickles have told about the peer. A program that knows more may
  // say so: Learn(PeerVersion(308, PeerVersion::kNewest)) of a peer that reads long messages.
  PeerVersion peer() const;
  void Learn(PeerVersion peer);

 private:
  using Stream = connection_socket::Stream;

  Connection(Stream stream, bool readable, bool writable, const ConnectionOptions& options)
      : options_(options),
        stream_(std::move(stream)),
        readable_(readable),
        writable_(writable),
        reader_(options.max_message) {}

  absl::Status CheckReadable() const;
  absl::Status CheckWritable() const;
  absl::Status Fail(const connection_socket::Transfer& transfer, absl::string_view operation);
  // Reads until the message is complete.
  absl::Status ReadMessage(uint64_t max_length, absl::Duration timeout);
  absl::Status EndOfFile();
  absl::Status BadMessage(absl::Status status);
  absl::Status WriteMessage(absl::string_view message, absl::Duration timeout, bool keep);
  absl::Status WriteRest(base::Deadline& deadline);
  bool AcknowledgesDescriptors() const;

  ConnectionOptions options_;
  Stream stream_;
  bool readable_;
  bool writable_;
  // Atomic: the thread that receives learns, the one that sends asks.
  std::atomic<uint32_t> peer_{Packed(PeerVersion())};
  FrameReader reader_;
  FrameWriter writer_;  // what could not be written yet

  static constexpr uint32_t Packed(PeerVersion peer) {
    return static_cast<uint32_t>(peer.oldest()) << 16 | static_cast<uint32_t>(peer.newest());
  }
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_CONNECTION_H_
