#include "someos/tools/relay/relay_loop.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/connection.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {
namespace {

// The room for one read, and so the most that one direction ever holds back. Small enough to stay
// in the processor's second-level cache between the read and the write.
constexpr size_t kScratchSize = 64 * 1024;

// The most descriptors that one Wait reports.
constexpr size_t kEventsPerWait = 256;

// How many clients are accepted before the connections get their turn again.
constexpr int kClientsPerTurn = 64;

// How soon accepting is tried again if no connection closes. A Unix socket's backlog empties as
// soon as its server runs; descriptors come back at the pace of other people.
constexpr std::chrono::milliseconds kRetryConnect{5};
constexpr std::chrono::milliseconds kRetryAccept{100};

// How long Stop() lets the connections deliver what has been read.
constexpr std::chrono::seconds kDrainTime{1};

// The `data` of the listener's events; the others' are addresses of ends.
constexpr uint64_t kListenerData = 0;

// Errors of accept() that concern the one client it was about to return.
bool ConcernsOneClient(int error) {
  return error == ECONNABORTED || error == EPROTO || error == EPERM || error == EINTR;
}

}  // namespace

RelayLoop::RelayLoop(Poller* poller, Listener listener, std::vector<SocketAddress> upstream,
                     Reporter reporter)
    : poller_(*poller),
      listener_(std::move(listener)),
      upstream_(std::move(upstream)),
      reporter_(std::move(reporter)),
      scratch_(new char[kScratchSize]),
      context_{poller, &upstream_, absl::MakeSpan(scratch_.get(), kScratchSize), &statistics_} {}

absl::Status RelayLoop::Run() {
  absl::Status status = poller_.Register(listener_.fd(), Interest::kReadable, kListenerData);
  if (!status.ok()) return status;
  listener_watched_ = true;

  std::vector<Event> events(kEventsPerWait);
  while (!stopping_ || (!connections_.empty() && Clock::now() < stop_at_ &&
                        stops_requested_.load(std::memory_order_relaxed) < 2)) {
    const absl::StatusOr<size_t> ready = poller_.Wait(absl::MakeSpan(events), WaitTimeout());
    if (!ready.ok()) return ready.status();
    ++statistics_.waits;
    for (const Event& event : absl::MakeConstSpan(events).first(*ready)) {
      if (status = OnEvent(event); !status.ok()) return status;
    }
    const bool room_was_made = !retired_.empty();
    retired_.clear();
    if (paused() && (room_was_made || Clock::now() >= retry_at_)) {
      if (status = AcceptClients(); !status.ok()) return status;
    }
    OnRequests();
  }
  connections_.clear();
  return absl::OkStatus();
}

void RelayLoop::Stop() {
  stops_requested_.fetch_add(1, std::memory_order_relaxed);
  poller_.Wake().IgnoreError();
}

void RelayLoop::ReportStatistics() {
  report_requested_.store(true, std::memory_order_release);
  poller_.Wake().IgnoreError();
}

Statistics RelayLoop::statistics() const {
  Statistics statistics = statistics_;
  statistics.active = connections_.size();
  return statistics;
}

absl::Duration RelayLoop::WaitTimeout() const {
  if (stopping_) return absl::FromChrono(stop_at_ - Clock::now());
  if (paused()) return absl::FromChrono(retry_at_ - Clock::now());
  return absl::InfiniteDuration();
}

absl::Status RelayLoop::OnEvent(const Event& event) {
  if (event.data == kListenerData) return AcceptClients();
  auto& end = *reinterpret_cast<Connection::End*>(static_cast<uintptr_t>(event.data));
  Connection& connection = *end.connection;
  if (connection.closed()) return absl::OkStatus();  // by an earlier event of this batch
  connection.OnReady(end, event.readiness);
  if (connection.closed()) Retire(connection);
  return absl::OkStatus();
}

void RelayLoop::OnRequests() {
  if (report_requested_.load(std::memory_order_relaxed) &&
      report_requested_.exchange(false, std::memory_order_acquire)) {
    reporter_(statistics());
  }
  if (!stopping_ && stops_requested_.load(std::memory_order_relaxed) > 0) BeginStopping();
}

absl::Status RelayLoop::AcceptClients() {
  for (int i = 0; i < kClientsPerTurn; ++i) {
    if (!waiting_client_.valid()) {
      const int error = Accept(listener_.fd(), &waiting_client_);
      if (error == EAGAIN || error == EWOULDBLOCK) break;
      if (ConcernsOneClient(error)) continue;
      if (error != 0) return PauseAccepting(absl::ErrnoToStatus(error, "accept"));
    }
    if (absl::Status status = BeginConnection(); !status.ok()) return PauseAccepting(status);
  }
  return WatchListener(true);
}

absl::Status RelayLoop::BeginConnection() {
  // A client that had to wait may hold a number that select() cannot.
  if (paused()) MoveToLowestNumber(&waiting_client_);
  auto connection = std::make_unique<Connection>(context_, std::move(waiting_client_));
  if (absl::Status status = connection->Start(); !status.ok()) {
    waiting_client_ = connection->ReleaseClient();
    return status;
  }
  ++statistics_.accepted;
  connection->set_index(connections_.size());
  connections_.push_back(std::move(connection));
  if (connections_.back()->closed()) Retire(*connections_.back());
  return absl::OkStatus();
}

absl::Status RelayLoop::PauseAccepting(const absl::Status& reason) {
  const bool backlog_full = absl::IsUnavailable(reason);
  retry_at_ = Clock::now() + (backlog_full ? kRetryConnect : kRetryAccept);
  if (!listener_watched_) return absl::OkStatus();
  ++statistics_.exhausted;
  if (!std::exchange(pause_reported_, true)) {
    fprintf(stderr, "relay: accepting pauses with %zu connections open: %s\n", connections_.size(),
            std::string(reason.message()).c_str());
  }
  return WatchListener(false);
}

absl::Status RelayLoop::WatchListener(bool watch) {
  if (watch == listener_watched_) return absl::OkStatus();
  listener_watched_ = watch;
  ++statistics_.modifies;
  return poller_.Modify(listener_.fd(), watch ? Interest::kReadable : Interest::kNone,
                        kListenerData);
}

void RelayLoop::Retire(Connection& connection) {
  if (connection.refusal() != 0 && !std::exchange(refusal_reported_, true)) {
    fprintf(stderr, "relay: a client is refused: connect %s: %s\n",
            upstream_.back().ToString().c_str(), strerror(connection.refusal()));
  }
  const size_t index = connection.index();
  retired_.push_back(std::move(connections_[index]));
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->set_index(index);
  }
  connections_.pop_back();
}

void RelayLoop::BeginStopping() {
  stopping_ = true;
  stop_at_ = Clock::now() + kDrainTime;
  poller_.Unregister(listener_.fd()).IgnoreError();
  listener_.Close();
  waiting_client_.CloseWithReset();
  for (size_t i = connections_.size(); i > 0; --i) {
    Connection& connection = *connections_[i - 1];
    connection.Drain();
    if (connection.closed()) Retire(connection);
  }
  retired_.clear();
}

}  // namespace someos::relay
