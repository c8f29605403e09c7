#include "someos/tools/relay/acceptor.h"

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/crew.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/modify_interest.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {
namespace {

// How many clients are accepted before the connections get their turn again.
constexpr int kClientsPerTurn = 64;

// How soon accepting is tried again if no connection closes. A Unix socket's backlog empties as
// soon as its server runs; descriptors come back at the pace of other people.
constexpr std::chrono::milliseconds kRetryConnect{5};
constexpr std::chrono::milliseconds kRetryAccept{100};

// How often in a row a listener may be readable with nobody to accept, as when clients give up
// again. Beyond it something is wrong, and must not keep the relay busy.
constexpr int kMostVainAccepts = 16;

// Errors of accept() that concern the one client it was about to return.
bool ConcernsOneClient(int error) {
  return error == ECONNABORTED || error == EPROTO || error == EPERM || error == EINTR;
}

// Not kUnavailable, whatever the error.
absl::Status AcceptError(int error) {
  return absl::ResourceExhaustedError(absl::ErrnoToStatus(error, "accept").message());
}

// Whether the client has gone and left nothing to be delivered.
bool IsGone(const Socket& client) {
  const PeerState state = PeerStateOf(client.fd());
  return state == PeerState::kReset || (state == PeerState::kClosed && !HasUnreadData(client.fd()));
}

}  // namespace

Acceptor::Acceptor(Poller* poller, Crew* crew, std::vector<Listener> listeners,
                   absl::Duration connect_timeout, Statistics* statistics, Begin begin)
    : poller_(*poller),
      crew_(*crew),
      listeners_(std::move(listeners)),
      connect_timeout_(connect_timeout),
      statistics_(*statistics),
      begin_(std::move(begin)) {}

absl::Status Acceptor::Start() {
  for (size_t i = 0; i < listeners_.size(); ++i) {
    const absl::Status status = poller_.Register(listeners_[i].fd(), Interest::kReadable, i);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Acceptor::OnReady(uint64_t data) {
  // An earlier event of the same batch may have made it pause.
  if (paused_) return absl::OkStatus();
  const absl::Status status = AcceptFrom(listeners_[data]);
  return status.ok() ? status : Pause(status);
}

absl::Status Acceptor::TakeBack(Socket client, const absl::Status& why) {
  if (stopped_) {
    client.CloseWithReset();
    return absl::OkStatus();
  }
  waiting_.push_back(std::move(client));
  return Pause(why);
}

absl::Status Acceptor::Retry() {
  for (size_t i = 0; i < listeners_.size(); ++i) {
    const Listener& listener = listeners_[(first_to_retry_ + i) % listeners_.size()];
    if (const absl::Status status = AcceptFrom(listener); !status.ok()) {
      first_to_retry_ = (first_to_retry_ + i + 1) % listeners_.size();
      return Pause(status);
    }
  }
  paused_ = false;
  return Watch(true);
}

absl::Status Acceptor::AcceptFrom(const Listener& listener) {
  for (int i = 0; i < kClientsPerTurn; ++i) {
    while (!waiting_.empty() && IsGone(waiting_.front())) waiting_.erase(waiting_.begin());
    if (waiting_.empty()) {
      Socket client;
      const int error = Accept(listener.fd(), &client);
      if (error == EAGAIN || error == EWOULDBLOCK) {
        if (i > 0 || paused_ || ++vain_accepts_ < kMostVainAccepts) break;
        vain_accepts_ = 0;
        return AcceptError(error);
      }
      if (ConcernsOneClient(error)) continue;
      if (error != 0) return AcceptError(error);
      waiting_.push_back(std::move(client));
    }
    vain_accepts_ = 0;
    if (absl::Status status = BeginConnection(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Acceptor::BeginConnection() {
  Socket& client = waiting_.front();
  // After a want, this loop tries itself, as it knows the outcome at once.
  const bool in_want = paused_ || full_since_ != Clock::time_point::max();
  if (!in_want && crew_.hand_out(&client)) {
    waiting_.erase(waiting_.begin());
    return absl::OkStatus();
  }
  // A client that had to wait may hold a number that select() cannot.
  if (paused_) MoveToLowestNumber(&client);
  const absl::Status status = begin_(&client);
  if (!absl::IsUnavailable(status)) {
    full_since_ = Clock::time_point::max();
    if (status.ok()) waiting_.erase(waiting_.begin());
    return status;
  }
  const Clock::time_point now = Clock::now();
  if (full_since_ == Clock::time_point::max()) full_since_ = now;
  if (now - full_since_ < absl::ToChronoNanoseconds(connect_timeout_)) return status;
  Refuse(status);
  return absl::OkStatus();
}

void Acceptor::Refuse(const absl::Status& reason) {
  waiting_.front().CloseWithReset();
  waiting_.erase(waiting_.begin());
  ++statistics_.refused;
  ++statistics_.timed_out;
  if (!std::exchange(refusal_reported_, true)) {
    fprintf(stderr, "relay: a client is refused: %s (--connect_timeout)\n",
            std::string(reason.message()).c_str());
  }
}

absl::Status Acceptor::Pause(const absl::Status& reason) {
  retry_at_ = Clock::now() + (absl::IsUnavailable(reason) ? kRetryConnect : kRetryAccept);
  if (paused_) return absl::OkStatus();
  paused_ = true;
  ++statistics_.exhausted;
  if (!std::exchange(pause_reported_, true)) {
    fprintf(stderr, "relay: accepting pauses with %zu connections open: %s\n",
            crew_.connections.load(), std::string(reason.message()).c_str());
  }
  return Watch(false);
}

absl::Status Acceptor::Watch(bool watch) {
  for (size_t i = 0; i < listeners_.size(); ++i) {
    ++statistics_.modifies;
    const absl::Status status = ModifyInterest(poller_, listeners_[i].fd(),
                                               watch ? Interest::kReadable : Interest::kNone, i);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Acceptor::Stop() {
  for (Listener& listener : listeners_) {
    poller_.Unregister(listener.fd()).IgnoreError();
    listener.Close();
  }
  listeners_.clear();
  for (Socket& client : waiting_) client.CloseWithReset();
  waiting_.clear();
  paused_ = false;
  stopped_ = true;
}

}  // namespace someos::relay
