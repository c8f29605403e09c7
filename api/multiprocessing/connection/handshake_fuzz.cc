// Whatever a peer that does not know the key sends: a handshake never succeeds, ends with its first
// error, and sends nothing that is longer than a message may be.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/handshake.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::string_view kRandom = "24 bytes of a generator.";

void Check(bool holds, absl::string_view what) {
  if (holds) return;
  std::cerr << what << "\n" << std::flush;
  std::abort();
}

void CheckMessages(Handshake& handshake) {
  const std::optional<std::string> message = handshake.TakeMessage();
  Check(!message.has_value() || message->size() <= Handshake::kMaxMessage, "too long");
  Check(!handshake.TakeMessage().has_value(), "two messages at once");
}

// The bytes are messages, each behind a byte with its length.
void RunOn(absl::string_view bytes, HandshakeRole role, Digests digests) {
  Handshake handshake(role, "the key", digests, kRandom);
  CheckMessages(handshake);
  while (!bytes.empty()) {
    const size_t size = std::min<size_t>(static_cast<unsigned char>(bytes[0]), bytes.size() - 1);
    const bool failed = handshake.done();
    const absl::Status before = handshake.status();
    const absl::Status status = handshake.Receive(bytes.substr(1, size));
    bytes.remove_prefix(1 + size);
    Check(status == handshake.status(), "two statuses");
    Check(!failed || status == before, "not the first error");
    CheckMessages(handshake);
  }
  Check(!handshake.done() || !handshake.status().ok(), "succeeds without the key");
}

}  // namespace
}  // namespace someos::multiprocessing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace someos::multiprocessing;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const HandshakeRole role : {HandshakeRole::kListener, HandshakeRole::kClient}) {
    for (const Digests digests : {Digests::kAny, Digests::kStrict}) RunOn(bytes, role, digests);
  }
  return 0;
}
