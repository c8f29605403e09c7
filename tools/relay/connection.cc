#include "someos/tools/relay/connection.h"

#include <poll.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/channel.h"
#include "someos/tools/relay/exhaustion.h"
#include "someos/tools/relay/modify_interest.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

// Whatever ails a socket, the next read or write on it tells what.
constexpr Readiness kTrouble = Readiness::kHangup | Readiness::kError | Readiness::kInvalid;
constexpr Readiness kCanRead = Readiness::kReadable | kTrouble;
constexpr Readiness kCanWrite = Readiness::kWritable | kTrouble;

uint64_t DataOf(const Connection::End& end) { return reinterpret_cast<uintptr_t>(&end); }

}  // namespace

Connection::Connection(const ConnectionContext& context, Socket client)
    : context_(context),
      client_{this, std::move(client)},
      upstream_{this, Socket()},
      to_upstream_(&context.statistics->to_upstream),
      to_client_(&context.statistics->to_client) {}

Connection::~Connection() { Close(Closing::kReset); }

absl::Status Connection::Start() {
  // The client waits unwatched until there is somebody to relay to. It is registered now all the
  // same: a connection begins only when both of its sockets are sure of their place.
  if (absl::Status status = Register(client_, Interest::kNone); !status.ok()) return status;
  absl::Status status = ConnectToNext();
  if (!status.ok()) Unregister(client_);
  return status;
}

Socket Connection::ReleaseClient() {
  state_ = State::kClosed;
  return std::move(client_.socket);
}

absl::Status Connection::ConnectToNext() {
  int error = 0;
  for (; next_upstream_ < context_.upstream->size(); ++next_upstream_) {
    const SocketAddress& address = (*context_.upstream)[next_upstream_];
    error = NewSocket(address.family(), &upstream_.socket);
    if (IsExhaustion(error)) return absl::ErrnoToStatus(error, "socket");
    if (error != 0) continue;
    // Before it connects, so that the server sees no connection that cannot be kept.
    if (absl::Status status = Register(upstream_, Interest::kWritable); !status.ok()) {
      upstream_.socket.Close();
      return status;
    }
    error = BeginConnect(upstream_.socket.fd(), address);
    if (error == 0) {
      Open();
      return absl::OkStatus();
    }
    if (error == EINPROGRESS) {
      state_ = State::kConnecting;
      return absl::OkStatus();
    }
    Unregister(upstream_);
    upstream_.socket.Close();
    if (error == EAGAIN) {
      return absl::UnavailableError(
          absl::StrCat("connect ", address.ToString(), ": its backlog is full"));
    }
    if (IsExhaustion(error)) {
      return absl::ErrnoToStatus(error, absl::StrCat("connect ", address.ToString()));
    }
  }
  Refuse(error);
  return absl::OkStatus();
}

void Connection::OnConnectEnded(Readiness readiness) {
  const int error = ConnectResult(upstream_.socket.fd(), HasAny(readiness, Readiness::kError));
  if (error == EINPROGRESS) return;
  if (error == 0) {
    Open();
    return;
  }
  Unregister(upstream_);
  upstream_.socket.Close();
  if (++next_upstream_ == context_.upstream->size()) {
    Refuse(error);
  } else if (!ConnectToNext().ok()) {
    // The descriptor that was just closed has been taken by somebody else meanwhile: so rare that
    // the client may hear about it.
    Refuse(error);
  }
}

void Connection::Refuse(int error) {
  refusal_ = error;
  ++context_.statistics->refused;
  Close(Closing::kReset);
}

void Connection::Open() {
  state_ = State::kOpen;
  Settle();
}

Readiness Connection::ReadyNow(const End& end) {
  if (end.interest == Interest::kNone) return Readiness::kNone;
  pollfd entry = {end.socket.fd(), 0, 0};
  if (HasAny(end.interest, Interest::kReadable)) entry.events |= POLLIN;
  if (HasAny(end.interest, Interest::kWritable)) entry.events |= POLLOUT;
  if (poll(&entry, 1, /*timeout=*/0) <= 0) return Readiness::kNone;
  return static_cast<Readiness>(entry.revents);  // the values are those of poll()
}

void Connection::OnReady(End& end, Readiness readiness) {
  if (state_ == State::kConnecting) {
    OnConnectEnded(readiness);
    return;
  }
  const bool is_client = &end == &client_;
  Channel& in = is_client ? to_client_ : to_upstream_;
  Channel& out = is_client ? to_upstream_ : to_client_;
  End& other = is_client ? upstream_ : client_;

  if (HasAny(readiness, Readiness::kError)) {
    // Noted here because not every mechanism leaves the error for the next read to find (libkqueue
    // does not): a broken stream would end like a whole one. What has arrived is still to be read.
    broken_ = true;
    in.Abandon();
  }
  if (in.flushing() && HasAny(readiness, kCanWrite) &&
      in.Flush(end.socket.fd()) == Channel::Failure::kSink) {
    broken_ = true;
    in.Abandon();
  }
  if (out.reading() && HasAny(readiness, kCanRead)) {
    switch (out.Pump(end.socket.fd(), other.socket.fd(), context_.scratch)) {
      case Channel::Failure::kNone:
        break;
      case Channel::Failure::kSource:
        broken_ = true;
        in.Abandon();
        out.EndSource();
        break;
      case Channel::Failure::kSink:
        // What `other` sent before it failed is still to be read.
        broken_ = true;
        out.Abandon();
        break;
    }
  }
  Settle();
}

void Connection::Drain() {
  if (state_ != State::kOpen) {
    Close(Closing::kReset);
    return;
  }
  to_upstream_.EndSource();
  to_client_.EndSource();
  Settle();
}

absl::Status Connection::Register(End& end, Interest interest) {
  end.interest = interest;
  return context_.poller->Register(end.socket.fd(), interest, DataOf(end));
}

void Connection::Unregister(End& end) {
  // It cannot fail for what is registered.
  context_.poller->Unregister(end.socket.fd()).IgnoreError();
}

void Connection::Settle() {
  if (to_upstream_.ended() && to_client_.ended()) {
    if (broken_) ++context_.statistics->reset;
    Close(broken_ ? Closing::kReset : Closing::kOrderly);
    return;
  }
  const bool passed_on = broken_ || (PassEndOn(to_upstream_, upstream_, end_sent_to_upstream_) &&
                                     PassEndOn(to_client_, client_, end_sent_to_client_));
  if (!passed_on || !Watch(client_, to_upstream_, to_client_).ok() ||
      !Watch(upstream_, to_client_, to_upstream_).ok()) {
    ++context_.statistics->reset;
    Close(Closing::kReset);
  }
}

bool Connection::PassEndOn(const Channel& in, End& end, bool& is_sent) {
  return !in.ended() || std::exchange(is_sent, true) || EndStream(end.socket.fd()) == 0;
}

absl::Status Connection::Watch(End& end, const Channel& out, const Channel& in) {
  const Interest interest = (out.reading() ? Interest::kReadable : Interest::kNone) |
                            (in.flushing() ? Interest::kWritable : Interest::kNone);
  if (interest == end.interest) return absl::OkStatus();
  end.interest = interest;
  ++context_.statistics->modifies;
  return ModifyInterest(*context_.poller, end.socket.fd(), interest, DataOf(end));
}

void Connection::Close(Closing closing) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  for (End* end : {&client_, &upstream_}) {
    if (!end->socket.valid()) continue;
    Unregister(*end);
    if (closing == Closing::kReset) {
      end->socket.CloseWithReset();
    } else {
      end->socket.Close();
    }
  }
}

}  // namespace someos::relay
