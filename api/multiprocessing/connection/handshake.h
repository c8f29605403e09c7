// Mutual authentication as Python's connections do it, without reading or writing anything itself.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_HANDSHAKE_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_HANDSHAKE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/digest/secret.h"

namespace someos::multiprocessing {

// Who of the two has accepted the connection: it sends the first challenge.
enum class HandshakeRole { kListener, kClient };

// Which digests are good enough.
enum class Digests {
  kAny,     // also MD5, without which Python before 3.12 cannot authenticate
  kStrict,  // SHA-256, SHA-384, SHA3-256, SHA3-384
};

// Each side proves to the other that it knows the key, by a MAC of a challenge. Once:
//
//   Handshake handshake(HandshakeRole::kClient, key, Digests::kAny, random);
//   while (true) {
//     if (std::optional<std::string> message = handshake.TakeMessage()) {
//       ...send it in a frame
//     } else if (handshake.done()) {
//       break;
//     } else {
//       ...receive a frame of at most kMaxMessage bytes
//       (void)handshake.Receive(frame);
//     }
//   }
//   if (!handshake.status().ok()) ...the peer does not know the key
//
// The protocol proves the key and nothing else: it neither encrypts nor protects what is sent
// afterwards, and a relay between the two passes it (SECURITY.md). A challenge that this library
// has made is refused by another one in the same role, so that nobody is made to answer itself.
//
// Not thread-safe. Source: the behaviour of CPython 2.7.18 and 3.6 to 3.13.
class Handshake {
 public:
  // No message is longer, in either direction. A longer one is refused before it is read.
  static constexpr size_t kMaxMessage = 256;
  // Bytes of `random`.
  static constexpr size_t kRandomSize = 24;

  // `random` must be unpredictable and never be used again: RandomBytes in
  // backends/base/random_bytes.h. The key may be any bytes, even none; its copy is wiped.
  Handshake(HandshakeRole role, absl::string_view key, Digests digests, absl::string_view random);

  // The next message to send; nullopt if there is none. There may be one also after a failure, so
  // that the peer knows.
  std::optional<std::string> TakeMessage();

  // A message of the peer's, which the handshake must be waiting for: neither done() nor with a
  // message to send. Returns status().
  //
  // kUnauthenticated (AuthenticationError), with Python's messages: "digest received was wrong":
  // the peer does not know the key. "digest sent was rejected": it says that we do not.
  absl::Status Receive(absl::string_view message);

  // It has ended, well or not. There may be a last message to send.
  bool done() const { return state_ == State::kDone || state_ == State::kFailed; }
  // OK as long as nothing has failed.
  const absl::Status& status() const { return status_; }

  // What the peer has shown: true if it is Python before 3.12; nullopt if it has not yet.
  std::optional<bool> peer_is_legacy() const { return peer_is_legacy_; }

 private:
  enum class State { kAwaitChallenge, kAwaitAnswer, kAwaitVerdict, kDone, kFailed };

  void SendChallenge();
  void CheckAnswer(absl::string_view answer);
  void AnswerChallenge(absl::string_view message);
  absl::Status VerifyAnswer(absl::string_view answer);
  absl::Status MakeAnswer(absl::string_view challenge, std::string& answer);
  std::string Mark(absl::string_view random) const;
  bool IsOwnKind(absl::string_view challenge) const;
  void Fail(absl::Status status);

  HandshakeRole role_;
  Digests digests_;
  internal::Secret key_;
  std::string challenge_;  // ours, without its prefix
  State state_;
  absl::Status status_;
  std::optional<std::string> message_;
  std::optional<bool> peer_is_legacy_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_HANDSHAKE_H_
