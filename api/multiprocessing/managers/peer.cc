#include "someos/api/multiprocessing/managers/peer.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/interest.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/managers/session.h"

namespace someos::multiprocessing::internal {

Interest Peer::interest() const {
  if (handshake_.has_value()) {
    return handshake_->wants_write() ? Interest::kWritable : Interest::kReadable;
  }
  // Nothing is read from a peer that does not take its replies.
  if (connection_->has_unsent()) return Interest::kWritable;
  return Interest::kReadable;
}

void Peer::OnReady() {
  if (finished_) return;
  if (handshake_.has_value()) return ContinueHandshake();
  if (connection_->has_unsent()) return Write();
  Read();
}

void Peer::ContinueHandshake() {
  const absl::StatusOr<bool> done = handshake_->Continue();
  if (!done.ok()) {
    finished_ = true;
    return;
  }
  if (!*done) return;
  connection_.emplace(handshake_->Take());
  handshake_.reset();
  session_ = std::make_shared<Session>(&server_, [this](std::string message) { Send(message); });
}

void Peer::Read() {
  absl::StatusOr<std::optional<std::string>> message =
      early_.empty() ? connection_->TryReceiveBytes() : connection_->TryReceiveBytes(kLongestEarly);
  if (message.ok() && !message->has_value()) return;
  if (!message.ok() || early_.size() == kMostEarly) {
    finished_ = true;
    return;
  }
  early_.push_back(*std::move(*message));
  Process();
}

void Peer::Process() {
  if (finished_ || early_.empty() || session_->busy() || connection_->has_unsent()) return;
  const std::string message = std::move(early_.front());
  early_.pop_front();
  session_->Receive(message);
}

void Peer::Send(absl::string_view message) {
  const absl::StatusOr<bool> sent = connection_->TrySendBytes(message);
  if (!sent.ok() || (*sent && session_->finished())) finished_ = true;
  changed_();
}

void Peer::Write() {
  const absl::StatusOr<bool> sent = connection_->Flush();
  if (!sent.ok() || (*sent && session_->finished())) finished_ = true;
  if (!finished_) Process();
}

}  // namespace someos::multiprocessing::internal
