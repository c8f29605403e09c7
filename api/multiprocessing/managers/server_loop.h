// The event loop of a manager's server. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_LOOP_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_LOOP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/api/multiprocessing/managers/inbox.h"
#include "someos/api/multiprocessing/managers/peer.h"
#include "someos/api/multiprocessing/managers/server.h"
#include "someos/api/multiprocessing/managers/session.h"
#include "someos/api/multiprocessing/managers/timer_queue.h"
#include "someos/api/poller.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/sockets.h"

namespace someos::multiprocessing {

class ManagerServer::Loop {
 public:
  Loop(connection_socket::BoundSocket socket, absl::string_view authkey, ManagedTypes types,
       const ServerOptions& options, std::unique_ptr<Poller> poller);
  ~Loop();

  const Address& address() const { return address_; }
  absl::Status Run();
  void Stop();

 private:
  // Of the listening socket; peers have others.
  static constexpr uint64_t kListener = 0;

  struct Connected {
    std::unique_ptr<internal::Peer> peer;
    Interest registered = Interest::kReadable;
    internal::TimerQueue::Id handshake_timer = 0;
  };

  absl::Status Turn();
  void Dispatch(absl::Span<const Event> events);
  // Of the peers among them that wait for a reply, removes those that are gone.
  void RemoveGone(absl::Span<const Event> events);
  void AcceptAll();
  void Add(int fd);
  // Brings what is registered up to date with the peers that were in use in this turn.
  void Update();
  void UpdatePeer(uint64_t id, Connected& connected);
  void Remove(uint64_t id);
  void WatchListener();
  // For a while, until descriptors may be available again.
  void PauseAccepting();
  void CloseAll();

  const Address address_;
  uint32_t generation_;  // of the process that listens: a child's copy leaves the path alone
  base::OwnedFd listener_;
  const internal::Secret authkey_;
  const ServerOptions options_;
  const std::unique_ptr<Poller> poller_;
  std::atomic<bool> stopped_{false};
  internal::TimerQueue timers_;
  std::shared_ptr<internal::Inbox> inbox_;
  internal::ServerState state_;
  absl::flat_hash_map<uint64_t, Connected> peers_;
  uint64_t last_peer_ = kListener;
  size_t handshakes_ = 0;
  bool accepting_ = true;
  bool paused_ = false;
  std::vector<uint64_t> used_;  // peers that Update is to look at
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_LOOP_H_
