#include "someos/tools/relay/connection.h"

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
#include "someos/tools/relay/hangup_watch.h"
#include "someos/tools/relay/modify_interest.h"
#include "someos/tools/relay/ready_now.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

// Whatever ails a socket, the next read or write on it tells what.
constexpr Readiness kTrouble = Readiness::kHangup | Readiness::kError | Readiness::kInvalid;
constexpr Readiness kCanRead = Readiness::kReadable | kTrouble;
constexpr Readiness kCanWrite = Readiness::kWritable | kTrouble;

uint64_t DataOf(const Connection::End& end) { return reinterpret_cast<uintptr_t>(&end); }

// What a quiet socket reports, it reports once; see hangup_watch.h.
Trigger TriggerFor(Interest interest) {
  return interest == Interest::kErrors ? Trigger::kOneShot : Trigger::kLevel;
}

}  // namespace

Connection::Connection(const ConnectionContext& context, Socket client)
    : context_(context),
      client_{this, std::move(client)},
      upstream_{this, Socket()},
      to_upstream_(&context.statistics->to_upstream),
      to_client_(&context.statistics->to_client) {}

Connection::~Connection() { Close(Closing::kReset); }

absl::Status Connection::Start() {
  // The client is not read until there is somebody to relay to. It is registered now all the same:
  // a connection begins only when both of its sockets are sure of their place.
  if (absl::Status status = Register(client_, QuietInterest(client_)); !status.ok()) return status;
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
  } else {
    OnAttemptFailed(error);
  }
}

void Connection::GiveUpAttempt() {
  ++context_.statistics->timed_out;
  OnAttemptFailed(ETIMEDOUT);
}

void Connection::OnAttemptFailed(int error) {
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

void Connection::OnClientWaiting(Readiness readiness) {
  const PeerState state =
      HasAny(readiness, Readiness::kError) ? PeerState::kReset : PeerStateOf(client_.socket.fd());
  if (state == PeerState::kThere) {
    context_.hangups->RequestLook();
  } else if (state == PeerState::kClosed && HasUnreadData(client_.socket.fd())) {
    client_.gone = true;
    to_client_.Abandon();
  } else {
    ++context_.statistics->reset;
    Close(Closing::kReset);
    return;
  }
  if (!SetInterest(client_, QuietInterest(client_)).ok()) {
    ++context_.statistics->reset;
    Close(Closing::kReset);
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
  return relay::ReadyNow(end.socket.fd(), end.interest);
}

void Connection::OnReady(End& end, Readiness readiness) {
  if (state_ == State::kConnecting) {
    if (&end == &client_) {
      OnClientWaiting(readiness);
    } else {
      OnConnectEnded(readiness);
    }
    return;
  }
  if (HasAny(readiness, kTrouble)) OnTrouble(end, readiness);
  Channel& in = To(end);
  if (in.flushing() && HasAny(readiness, kCanWrite) &&
      in.Flush(end.socket.fd()) == Channel::Failure::kSink) {
    Break(end);
  }
  if (From(end).reading() && HasAny(readiness, kCanRead)) Pump(end);
  Settle();
}

void Connection::OnTrouble(End& end, Readiness readiness) {
  if (HasAny(readiness, Readiness::kError)) {
    // Noted here because not every mechanism leaves the error for the next read to find (libkqueue
    // does not): a broken stream would end like a whole one. What has arrived is still to be read.
    Break(end);
    return;
  }
  // If nothing is to be sent to it any more, a hang-up may be its orderly end.
  if (To(end).ended()) return;
  const PeerState state = PeerStateOf(end.socket.fd());
  if (state == PeerState::kThere) {
    context_.hangups->RequestLook();
  } else if (state == PeerState::kReset || From(end).source_ended()) {
    Break(end);
  } else {
    end.gone = true;
    To(end).Abandon();
  }
}

void Connection::Break(End& end) {
  broken_ = true;
  end.gone = true;
  To(end).Abandon();
}

void Connection::Pump(End& end) {
  Channel& out = From(end);
  End& other = OtherOf(end);
  switch (out.Pump(end.socket.fd(), other.socket.fd(), context_.buffers)) {
    case Channel::Failure::kNone:
      if (out.source_ended()) OnStreamEnded(end);
      break;
    case Channel::Failure::kSource:
      Break(end);
      out.EndSource();
      break;
    case Channel::Failure::kSink:
      // What `other` sent before it failed is still to be read.
      Break(other);
      break;
  }
}

void Connection::OnStreamEnded(End& end) {
  end.whole = !broken_;
  // A poller that knows of hang-ups has told it with this event.
  if (context_.hangups->interest() == Interest::kNone && !end.gone &&
      PeerStateOf(end.socket.fd()) == PeerState::kClosed) {
    end.gone = true;
    To(end).Abandon();
  }
}

bool Connection::NeedsLook(const End& end) const {
  const bool quiet = !HasAny(end.interest, Interest::kReadable | Interest::kWritable);
  return !closed() && quiet && !end.gone && !To(end).ended();
}

void Connection::Drain() {
  if (state_ != State::kOpen) {
    Close(Closing::kReset);
    return;
  }
  to_upstream_.EndSource();
  to_client_.EndSource();
  client_.whole = upstream_.whole = !broken_;
  Settle();
}

absl::Status Connection::Register(End& end, Interest interest) {
  end.interest = interest;
  return context_.poller->Register(end.socket.fd(), interest, DataOf(end), TriggerFor(interest));
}

void Connection::Unregister(End& end) {
  // It cannot fail for what is registered.
  context_.poller->Unregister(end.socket.fd()).IgnoreError();
}

void Connection::Settle() {
  if (to_upstream_.ended() && to_client_.ended()) {
    Finish();
  } else if (!PassEndOn(upstream_) || !PassEndOn(client_) || !Watch(client_).ok() ||
             !Watch(upstream_).ok()) {
    ++context_.statistics->reset;
    Close(Closing::kReset);
  }
}

void Connection::Finish() {
  if (!broken_) {
    Close(Closing::kOrderly);
    return;
  }
  ++context_.statistics->reset;
  const bool passed_on = PassEndOn(upstream_) && PassEndOn(client_);
  Close(passed_on ? Closing::kBroken : Closing::kReset);
}

bool Connection::PassEndOn(End& end) {
  return !To(end).ended() || !OtherOf(end).whole || end.gone || std::exchange(end.end_sent, true) ||
         EndStream(end.socket.fd()) == 0;
}

absl::Status Connection::Watch(End& end) {
  const Interest interest = (From(end).reading() ? Interest::kReadable : Interest::kNone) |
                            (To(end).flushing() ? Interest::kWritable : Interest::kNone);
  return SetInterest(end, interest == Interest::kNone ? QuietInterest(end) : interest);
}

Interest Connection::QuietInterest(const End& end) {
  if (end.gone || (To(end).ended() && From(end).source_ended())) return Interest::kNone;
  const Interest interest = context_.hangups->interest();
  // When nothing is to be sent to it any more, a look could not tell a reset from an orderly end.
  if (interest == Interest::kNone && !To(end).ended()) context_.hangups->RequestLook();
  return interest;
}

absl::Status Connection::SetInterest(End& end, Interest interest) {
  if (interest == end.interest) return absl::OkStatus();
  end.interest = interest;
  ++context_.statistics->modifies;
  return ModifyInterest(*context_.poller, end.socket.fd(), interest, DataOf(end),
                        TriggerFor(interest));
}

void Connection::Close(Closing closing) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  for (End* end : {&client_, &upstream_}) {
    if (!end->socket.valid()) continue;
    Unregister(*end);
    const auto cuts_off = [&] { return !end->end_sent || !HasUnsentData(end->socket.fd()); };
    if (closing == Closing::kReset || (closing == Closing::kBroken && cuts_off())) {
      end->socket.CloseWithReset();
    } else {
      end->socket.Close();
    }
  }
}

}  // namespace someos::relay
