// Clients that one loop of a relay gives to another.

#ifndef SOMEOS_TOOLS_RELAY_CLIENT_INBOX_H_
#define SOMEOS_TOOLS_RELAY_CLIENT_INBOX_H_

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {

// A client on its way.
struct GivenClient {
  Socket client;
  // Keeps a descriptor free for the connection to the server.
  Socket reserve;
  // OK, or why the loop that it was given to could not begin a connection and gives it back.
  absl::Status refusal;
};

// Safe for any threads.
class ClientInbox {
 public:
  ClientInbox() = default;
  ClientInbox(const ClientInbox&) = delete;
  ClientInbox& operator=(const ClientInbox&) = delete;
  // Closes the clients that nobody has taken, with resets.
  ~ClientInbox();

  // How many there are at the moment.
  size_t size() const { return size_.load(std::memory_order_acquire); }

  void Put(GivenClient client);

  // All of them, in the order in which they were put.
  std::vector<GivenClient> TakeAll();

 private:
  std::mutex mutex_;
  std::vector<GivenClient> clients_;
  std::atomic<size_t> size_{0};  // of clients_, to be looked at without the mutex
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_CLIENT_INBOX_H_
