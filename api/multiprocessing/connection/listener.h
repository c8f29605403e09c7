// Where clients connect to: Python's multiprocessing.connection.Listener.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_LISTENER_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_LISTENER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/sockets.h"

namespace someos::multiprocessing {

struct ListenerOptions {
  // How many connections the system lets wait.
  int backlog = 1;
  Authentication authentication = {};
  // A client that has not authenticated itself in this time is dropped.
  absl::Duration handshake_timeout = absl::Seconds(10);
  // Clients that may authenticate themselves at the same time. If there are more, they wait in the
  // system's queue until one has ended, or has taken a tenth of handshake_timeout and is dropped.
  size_t max_handshakes = 64;
  ConnectionOptions connection = {};
};

// Not thread-safe. A forked child's copy leaves the path alone when it is closed.
class Listener {
 public:
  // Listens at `address`; a port of 0 is replaced with a free one. SO_REUSEADDR, close-on-exec.
  //
  // kInvalidArgument (OSError) "AF_UNIX path too long": it and a NUL have more than 108 bytes on
  // Linux, 104 elsewhere; "AF_UNIX path is empty". kNotFound (OSError): no such host. Errnos:
  // EADDRINUSE, EACCES, EMFILE.
  static absl::StatusOr<std::unique_ptr<Listener>> Create(const Address& address,
                                                          const ListenerOptions& options = {});
  // At a new address: for AF_UNIX a path in a new directory that this user alone may enter, below
  // $TMPDIR; otherwise a free port of localhost.
  static absl::StatusOr<std::unique_ptr<Listener>> Create(const ListenerOptions& options = {},
                                                          Family family = Family::kUnix);

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { Close(); }

  // The next connection that is authenticated, if there is a key. Clients authenticate themselves
  // beside each other while this waits, so that no silent one stops it. What they have done so far
  // is kept until the next call.
  //
  // kUnauthenticated (AuthenticationError): a client does not know the key; the next call goes on.
  // (A client that closes, or takes too long, is dropped without an error.) kDeadlineExceeded
  // (TimeoutError). kFailedPrecondition (OSError) "listener is closed". Errnos: EMFILE, ENFILE.
  absl::StatusOr<Connection> Accept(absl::Duration timeout = absl::InfiniteDuration());

  // The same without waiting; nullopt if there is none. For event loops, which watch fileno():
  // best without a key, since what a handshake waits for is not visible there. The loop begins a
  // PendingHandshake with what it has accepted.
  absl::StatusOr<std::optional<Connection>> TryAccept();

  // Stops listening, drops clients that are not authenticated, and removes the path.
  void Close();
  bool closed() const { return !socket_.valid(); }

  const Address& address() const { return address_; }
  // The client that Accept has returned last, or refused; Unix("") if it is bound to no address.
  const std::optional<Address>& last_accepted() const { return last_accepted_; }
  // The listening descriptor. kFailedPrecondition "listener is closed".
  absl::StatusOr<int> fileno() const;

 private:
  struct Pending {
    Address address;
    PendingHandshake handshake;
    base::Deadline deadline;
    base::Deadline grace;  // until when it is not dropped for another one
  };

  Listener(connection_socket::BoundSocket bound, const ListenerOptions& options,
           std::string directory);

  size_t MaxHandshakes() const;
  // Whether another client may begin.
  bool HasRoom();
  // Takes one client that waits, and returns it if there is no key.
  absl::StatusOr<std::optional<Connection>> AcceptOne(bool& none_waits);
  // Goes on with handshakes, until one is done or has failed.
  absl::StatusOr<std::optional<Connection>> ContinueHandshakes();
  // Waits until one of the two can do something, or for a handshake's end.
  absl::Status AwaitClients(base::Deadline& deadline);

  base::OwnedFd socket_;
  Address address_;
  ListenerOptions options_;
  std::string directory_;  // made for the path, or empty
  uint32_t fork_generation_;
  std::optional<Address> last_accepted_;
  std::deque<Pending> pending_;  // the oldest first
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_LISTENER_H_
