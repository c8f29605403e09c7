// Python's multiprocessing.dummy.connection: connections between threads.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_CONNECTION_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/dummy/queue.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::dummy {

// One end of two queues. What is sent arrives as it is, unpickled; a message of bytes is a value of
// bytes. Sending never waits.
//
// The end of the peer is its Close, or its destructor: what it has sent can be received, and then
// kOutOfRange (EOFError); who sends gets EPIPE. (In Python, close() does nothing, and who receives
// waits for ever.) kFailedPrecondition (OSError) "handle is closed", after this end's Close.
//
// Threads: Close, moves and the destructor need the program's own lock, all else is thread-safe.
class Connection {
 public:
  using Messages = std::shared_ptr<Queue<PyValue>>;

  Connection(Messages in, Messages out) : in_(std::move(in)), out_(std::move(out)) {}
  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection() { Close(); }

  absl::Status Send(PyValue value);
  // kDeadlineExceeded (TimeoutError) loses nothing. Zero or less does not wait.
  absl::StatusOr<PyValue> Receive(absl::Duration timeout = absl::InfiniteDuration());

  absl::Status SendBytes(absl::string_view bytes) { return Send(PyValue::Bytes(bytes)); }
  // kInvalidArgument (TypeError): the peer has sent a value that is no bytes; the value is gone.
  absl::StatusOr<std::string> ReceiveBytes(absl::Duration timeout = absl::InfiniteDuration());

  // Whether there is something to receive, or the end. Waits for it until `timeout`.
  absl::StatusOr<bool> Poll(absl::Duration timeout = absl::ZeroDuration());

  void Close();
  bool closed() const { return in_ == nullptr; }

 private:
  Messages in_;
  Messages out_;
};

// Two connected ends. Both send and receive, whatever `duplex` says, as in Python.
std::pair<Connection, Connection> Pipe(bool duplex = true);

// Connections that somebody waits to accept.
class Listener {
 public:
  using Address = std::shared_ptr<Queue<Connection>>;

  // Client waits while `backlog` connections wait to be accepted.
  explicit Listener(int64_t backlog = 1) : address_(std::make_shared<Queue<Connection>>(backlog)) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { Close(); }

  // Waits for a Client. kFailedPrecondition (OSError) "listener is closed".
  absl::StatusOr<Connection> Accept(absl::Duration timeout = absl::InfiniteDuration());

  // What Client needs, in place of a socket's address.
  const Address& address() const { return address_; }

  // Clients are refused, and connections that nobody has accepted are closed.
  void Close() { address_->Shutdown(/*immediate=*/true); }

 private:
  const Address address_;
};

// Connects to a Listener of this process. ECONNREFUSED: it is closed.
absl::StatusOr<Connection> Client(const Listener::Address& address);

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_CONNECTION_H_
