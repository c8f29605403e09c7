// A connection of a manager's server. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_PEER_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_PEER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/interest.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/api/multiprocessing/managers/session.h"

namespace someos::multiprocessing::internal {

// First the handshake, then a Session. Never blocks. Used by the server's thread alone.
class Peer {
 public:
  // `changed` is called when what it waits for may have changed other than by a call of it: by a
  // reply to a call that has waited.
  Peer(ServerState* server, int fd, PendingHandshake handshake, std::function<void()> changed)
      : server_(*server), fd_(fd), handshake_(std::move(handshake)), changed_(std::move(changed)) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // The descriptor is ready. Takes at most one message.
  void OnReady();
  // Takes the oldest message that came too early, if it is time for it.
  void Process();

  // What it waits for at the moment.
  Interest interest() const;
  bool authenticated() const { return session_ != nullptr; }
  // Whether a call of its has not been replied to yet.
  bool waits() const { return session_ != nullptr && session_->busy(); }
  // To be destroyed, which closes the connection.
  bool finished() const { return finished_; }
  int fd() const { return fd_; }

 private:
  // Of messages that are too early; a further one, or a longer one behind the first, ends the
  // connection.
  static constexpr size_t kMostEarly = 16;
  static constexpr uint64_t kLongestEarly = 65536;

  void ContinueHandshake();
  void Write();
  void Read();
  void Send(absl::string_view message);

  ServerState& server_;
  const int fd_;
  std::optional<PendingHandshake> handshake_;
  const std::function<void()> changed_;
  std::optional<Connection> connection_;
  std::shared_ptr<Session> session_;
  // Requests that came while a call was waiting for its reply, as from a client whose thread was
  // interrupted in that call. They are read so that the end of the connection is noticed.
  std::deque<std::string> early_;
  bool finished_ = false;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_PEER_H_
