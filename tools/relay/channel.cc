#include "someos/tools/relay/channel.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/types/span.h"
#include "someos/tools/relay/pipe_pool.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {
namespace {

// Errors after which the call is to be made again when the poller says so. The last two are the
// system's want of memory for the moment.
bool WouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS ||
         error == ENOMEM;
}

// Errors that say that splice is not for this socket, or not for this process (a sandbox).
bool CannotSplice(int error) {
  return error == EINVAL || error == ENOSYS || error == EPERM || error == EOPNOTSUPP;
}

// How many small transfers in a row end the splicing. Large replies have small last pieces.
constexpr uint8_t kSmallTransfers = 4;

// How much the kernel took of `data`; 0 if it is full, -1 if `sink` is broken.
ssize_t SendSome(int sink, absl::Span<const char> data) {
  const ssize_t sent = Send(sink, data);
  return sent < 0 && WouldBlock(errno) ? 0 : sent;
}

}  // namespace

Channel::Failure Channel::Pump(int source, int sink, const Buffers& buffers) {
  if (transfers_left_ > 0 && buffers.pipes != nullptr) {
    switch (Fill(source, *buffers.pipes)) {
      case Filled::kData: {
        const Failure failure = DrainPipe(sink);
        if (flushing()) ++traffic_->stalls;
        return failure;
      }
      case Filled::kNothing:
        return Failure::kNone;
      case Filled::kFailed:
        return Failure::kSource;
      case Filled::kUnknown:
        break;
    }
  }
  return Copy(source, sink, buffers.scratch);
}

Channel::Filled Channel::Fill(int source, PipePool& pipes) {
  PipePool::Pipe pipe = pipes.Borrow();
  if (pipe == nullptr) return Filled::kUnknown;
  const ssize_t received = pipe->Fill(source, pipes.bytes());
  if (received > 0) {
    Note(received);
    pipe_ = std::move(pipe);
    return Filled::kData;
  }
  // Not reliable, because of urgent data (splice_pipe.h): from here on recv tells.
  transfers_left_ = 0;
  if (received == 0) return Filled::kUnknown;
  if (WouldBlock(errno)) return Filled::kNothing;
  if (!CannotSplice(errno)) return Filled::kFailed;
  pipes.GiveUp();
  return Filled::kUnknown;
}

Channel::Failure Channel::Copy(int source, int sink, absl::Span<char> scratch) {
  const ssize_t received = Receive(source, scratch);
  if (received < 0) return WouldBlock(errno) ? Failure::kNone : Failure::kSource;
  if (received == 0) {
    source_ended_ = true;
    return Failure::kNone;
  }
  Note(received);
  const absl::Span<const char> data = scratch.first(received);
  const ssize_t sent = SendSome(sink, data);
  if (sent < 0) return Failure::kSink;
  traffic_->bytes += sent;
  if (sent < received) Hold(data.subspan(sent));
  return Failure::kNone;
}

Channel::Failure Channel::DrainPipe(int sink) {
  const ssize_t sent = pipe_->Drain(sink);
  if (sent < 0 && !WouldBlock(errno)) return Failure::kSink;
  if (sent > 0) {
    traffic_->bytes += sent;
    traffic_->spliced += sent;
  }
  if (pipe_->size() == 0) pipe_.reset();
  return Failure::kNone;
}

Channel::Failure Channel::Flush(int sink) {
  if (pipe_ != nullptr) return DrainPipe(sink);
  const ssize_t sent = SendSome(sink, {held_.get() + held_begin_, held_end_ - held_begin_});
  if (sent < 0) return Failure::kSink;
  traffic_->bytes += sent;
  held_begin_ += sent;
  if (held_begin_ == held_end_) Release();
  return Failure::kNone;
}

void Channel::Abandon() {
  source_ended_ = true;
  Release();
}

void Channel::Note(size_t received) {
  ++traffic_->reads;
  if (received >= kLargeRead) {
    transfers_left_ = kSmallTransfers;
  } else if (transfers_left_ > 0) {
    --transfers_left_;
  }
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
  pipe_.reset();
}

}  // namespace someos::relay
