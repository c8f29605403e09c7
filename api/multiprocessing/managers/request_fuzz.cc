// Any bytes as a message to a server: each gets one reply that a client understands, or a call that
// waits, and the server goes on.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/session_testing.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void ReceiveAsCall(absl::string_view message) {
  TestServer server;
  server.state.limits.max_memory = size_t{1} << 24;
  // 1000 and 1001, which messages of the corpus name.
  const std::string list = TestPeer::Create(server, "list", {PyValue::List({PyValue(1)})});
  const std::string queue = TestPeer::Create(server, "Queue");
  TestPeer peer(server);
  peer.SendRaw(message);
  if (!peer.waits()) (void)peer.Reply();
  TestPeer other(server);
  other.Send(queue, "qsize");
  Check(!other.waits());
  (void)other.Reply();
}

}  // namespace
}  // namespace someos::multiprocessing::internal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace multiprocessing = someos::multiprocessing;
  const absl::string_view message(reinterpret_cast<const char*>(data), size);
  multiprocessing::UnpickleOptions limits;
  limits.max_memory = size_t{1} << 24;
  (void)multiprocessing::ReadReply(message, limits);
  multiprocessing::internal::ReceiveAsCall(message);
  return 0;
}
