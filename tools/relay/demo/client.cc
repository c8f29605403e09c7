#include "someos/tools/relay/demo/client.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

// Whatever these have to report, recv() tells.
constexpr Readiness kCanReceive = Readiness::kReadable | Readiness::kReadHangup |
                                  Readiness::kHangup | Readiness::kError | Readiness::kInvalid;

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

Client::Client(const Conversation& conversation, uint64_t seed)
    : conversation_(conversation), pattern_(seed), sizes_(seed + 1) {}

absl::Status Client::Connect(const SocketAddress& server) {
  if (const int error = NewSocket(server.family(), &socket_); error != 0) {
    return absl::ErrnoToStatus(error, "socket");
  }
  const int error = BeginConnect(fd(), server);
  if (error != 0 && error != EINPROGRESS) return absl::ErrnoToStatus(error, "connect");
  return absl::OkStatus();
}

absl::Status Client::Begin(absl::Span<char> scratch) {
  NextMessage();
  return Send(scratch);
}

absl::Status Client::OnReady(Readiness readiness, absl::Span<char> scratch) {
  if (!connected_) {
    const int error = ConnectResult(fd(), HasAny(readiness, Readiness::kError));
    connected_ = error == 0;
    return connected_ || error == EINPROGRESS ? absl::OkStatus()
                                              : absl::ErrnoToStatus(error, "connect");
  }
  if (HasAny(readiness, Readiness::kWritable) && sent_ < message_end_) {
    if (absl::Status status = Send(scratch); !status.ok()) return status;
  }
  return HasAny(readiness, kCanReceive) ? Receive(scratch) : absl::OkStatus();
}

Interest Client::interest() const {
  if (!connected_) return Interest::kWritable;
  return sent_ < message_end_ ? Interest::kReadable | Interest::kWritable : Interest::kReadable;
}

void Client::NextMessage() {
  if (conversation_.times != nullptr) message_begin_ = std::chrono::steady_clock::now();
  message_end_ += in_final_message()
                      ? conversation_.final
                      : std::uniform_int_distribution<size_t>(1, conversation_.largest)(sizes_);
}

void Client::EndMessage() {
  ++messages_;
  if (conversation_.times == nullptr) return;
  conversation_.times->push_back(
      absl::FromChrono(std::chrono::steady_clock::now() - message_begin_));
}

absl::Status Client::Send(absl::Span<char> scratch) {
  const absl::Span<char> piece =
      scratch.first(std::min<uint64_t>(scratch.size(), message_end_ - sent_));
  pattern_.Fill(sent_, piece);
  const ssize_t size = relay::Send(fd(), piece);
  if (size < 0) {
    return WouldBlock(errno) ? absl::OkStatus() : absl::ErrnoToStatus(errno, "send");
  }
  sent_ += size;
  if (sent_ == message_end_ && in_final_message()) EndStream(fd());
  return absl::OkStatus();
}

absl::Status Client::Receive(absl::Span<char> scratch) {
  const ssize_t size = relay::Receive(fd(), scratch);
  if (size < 0) {
    return WouldBlock(errno) ? absl::OkStatus() : absl::ErrnoToStatus(errno, "recv");
  }
  if (size == 0) {
    if (!in_final_message() || received_ < message_end_) {
      return absl::DataLossError(absl::StrCat("the stream ended after ", received_, " bytes"));
    }
    EndMessage();
    finished_ = true;
    return absl::OkStatus();
  }
  const absl::Span<const char> piece = scratch.first(size);
  if (received_ + size > sent_) {
    return absl::DataLossError(absl::StrCat("more came back than the ", sent_, " bytes sent"));
  }
  if (!pattern_.Matches(received_, piece)) {
    return absl::DataLossError(
        absl::StrCat("wrong bytes among ", received_, " to ", received_ + size));
  }
  received_ += size;
  if (received_ < message_end_ || in_final_message()) return absl::OkStatus();
  EndMessage();
  NextMessage();
  return Send(scratch);
}

}  // namespace someos::relay
