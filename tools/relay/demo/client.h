// One client of the demo: sends messages, waits for each to come back and compares every byte.

#ifndef SOMEOS_TOOLS_RELAY_DEMO_CLIENT_H_
#define SOMEOS_TOOLS_RELAY_DEMO_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/tools/relay/demo/pattern.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

// What each client sends: `messages` of 1 to `largest` bytes, the next when the last has come back,
// and then one of `final` bytes, after which it ends its stream (shutdown) while the echo is still
// on its way, and expects the end of the other stream right after the last byte.
struct Conversation {
  int messages = 0;
  size_t largest = 0;
  size_t final = 0;
  // Receives how long each message took to come back whole; not owned.
  std::vector<absl::Duration>* times = nullptr;
};

class Client {
 public:
  // Different seeds send different bytes in messages of different sizes.
  Client(const Conversation& conversation, uint64_t seed);

  // Begins to connect; from then on fd() and interest() say what to wait for.
  absl::Status Connect(const SocketAddress& server);

  // Sends the first message. Only when connected().
  absl::Status Begin(absl::Span<char> scratch);

  // Does what the readiness allows, with `scratch` as room for one read or write. An error says
  // what came back wrong, and ends the conversation.
  absl::Status OnReady(Readiness readiness, absl::Span<char> scratch);

  int fd() const { return socket_.fd(); }
  Interest interest() const;

  bool connected() const { return connected_; }
  bool finished() const { return finished_; }
  // Messages that came back whole, and bytes that came back right.
  int messages() const { return messages_; }
  uint64_t bytes() const { return received_; }

 private:
  void NextMessage();
  void EndMessage();
  bool in_final_message() const { return messages_ == conversation_.messages; }
  absl::Status Send(absl::Span<char> scratch);
  absl::Status Receive(absl::Span<char> scratch);

  const Conversation conversation_;
  const Pattern pattern_;
  std::minstd_rand sizes_;
  Socket socket_;
  bool connected_ = false;
  bool finished_ = false;
  int messages_ = 0;
  // Offsets in the stream.
  uint64_t sent_ = 0;
  uint64_t received_ = 0;
  uint64_t message_end_ = 0;
  std::chrono::steady_clock::time_point message_begin_;  // if its time is wanted
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_DEMO_CLIENT_H_
