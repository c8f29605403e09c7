#include "someos/tools/relay/client_inbox.h"

#include <mutex>
#include <utility>
#include <vector>

namespace someos::relay {

ClientInbox::~ClientInbox() {
  for (GivenClient& given : clients_) given.client.CloseWithReset();
}

void ClientInbox::Put(GivenClient client) {
  const std::lock_guard<std::mutex> lock(mutex_);
  clients_.push_back(std::move(client));
  size_.store(clients_.size(), std::memory_order_release);
}

std::vector<GivenClient> ClientInbox::TakeAll() {
  const std::lock_guard<std::mutex> lock(mutex_);
  size_.store(0, std::memory_order_release);
  return std::exchange(clients_, {});
}

}  // namespace someos::relay
