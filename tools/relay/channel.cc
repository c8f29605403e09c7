#include "someos/tools/relay/channel.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include "absl/types/span.h"

namespace someos::relay {
namespace {

// Where the flag is missing (macOS), ignoring SIGPIPE has to do; relay_main does so.
#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;
#endif

// Errors after which the call is to be made again when the poller says so. The last two are the
// system's want of memory for the moment.
bool WouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS ||
         error == ENOMEM;
}

// How much the kernel took of `data`; 0 if it is full, -1 if `sink` is broken.
ssize_t Send(int sink, absl::Span<const char> data) {
  const ssize_t sent = send(sink, data.data(), data.size(), kSendFlags);
  return sent < 0 && WouldBlock(errno) ? 0 : sent;
}

}  // namespace

Channel::Failure Channel::Pump(int source, int sink, absl::Span<char> scratch) {
  const ssize_t received = recv(source, scratch.data(), scratch.size(), 0);
  if (received < 0) return WouldBlock(errno) ? Failure::kNone : Failure::kSource;
  if (received == 0) {
    source_ended_ = true;
    return Failure::kNone;
  }
  ++traffic_->reads;
  const absl::Span<const char> data = scratch.first(received);
  const ssize_t sent = Send(sink, data);
  if (sent < 0) return Failure::kSink;
  traffic_->bytes += sent;
  if (sent < received) Hold(data.subspan(sent));
  return Failure::kNone;
}

Channel::Failure Channel::Flush(int sink) {
  const ssize_t sent = Send(sink, {held_.get() + held_begin_, held_end_ - held_begin_});
  if (sent < 0) return Failure::kSink;
  traffic_->bytes += sent;
  held_begin_ += sent;
  if (!flushing()) Release();
  return Failure::kNone;
}

void Channel::Abandon() {
  source_ended_ = true;
  Release();
}

void Channel::Hold(absl::Span<const char> data) {
  ++traffic_->stalls;
  held_.reset(new char[data.size()]);  // not make_unique, which would clear it
  memcpy(held_.get(), data.data(), data.size());
  held_begin_ = 0;
  held_end_ = data.size();
}

void Channel::Release() {
  held_.reset();
  held_begin_ = held_end_ = 0;
}

}  // namespace someos::relay
