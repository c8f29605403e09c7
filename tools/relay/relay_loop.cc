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
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/acceptor.h"
#include "someos/tools/relay/client_inbox.h"
#include "someos/tools/relay/connection.h"
#include "someos/tools/relay/connection_timers.h"
#include "someos/tools/relay/crew.h"
#include "someos/tools/relay/hangup_watch.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/pipe_pool.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {
namespace {

// The most descriptors that one Wait reports.
constexpr size_t kEventsPerWait = 256;

// How many clients may be on their way to a loop.
constexpr size_t kMostGiven = 64;

// How often in a row, and how far apart, a Wait that fails for want of memory is tried again.
constexpr int kMostFailedWaits = 1000;
constexpr absl::Duration kRetryWait = absl::Milliseconds(5);

// A transfer through a pipe is as large as so many buffers, as its cost hardly depends on its size;
// and no larger than the pipe that Linux allows to everybody.
constexpr size_t kPipeBuffers = 4;
constexpr size_t kMostPipeBytes = 1 << 20;

std::vector<Listener> OnlyOne(Listener listener) {
  std::vector<Listener> listeners;
  listeners.push_back(std::move(listener));
  return listeners;
}

// Data that has passed on any connection: more than before if some has.
uint64_t DataPassed(const Statistics& statistics) {
  return statistics.to_upstream.reads + statistics.to_upstream.bytes + statistics.to_client.reads +
         statistics.to_client.bytes;
}

}  // namespace

RelayLoop::RelayLoop(Poller* poller, Listener listener, std::vector<SocketAddress> upstream,
                     const Limits& limits, Reporter reporter)
    : RelayLoop(poller, OnlyOne(std::move(listener)), std::move(upstream), limits,
                std::move(reporter)) {}

RelayLoop::RelayLoop(Poller* poller, std::vector<Listener> listeners,
                     std::vector<SocketAddress> upstream, const Limits& limits, Reporter reporter,
                     Crew* crew)
    : poller_(*poller),
      upstream_(std::move(upstream)),
      limits_(limits),
      reporter_(std::move(reporter)),
      crew_(crew != nullptr ? *crew : own_crew_),
      scratch_(new char[limits.buffer_bytes]),
      pipes_(std::min(kPipeBuffers * limits.buffer_bytes, kMostPipeBytes)),
      hangups_(*poller),
      context_{poller,
               &upstream_,
               {absl::MakeSpan(scratch_.get(), limits.buffer_bytes), &pipes_},
               &statistics_,
               &hangups_},
      acceptor_(poller, &crew_, std::move(listeners), limits.connect_timeout, &statistics_,
                [this](Socket* client) { return BeginConnection(client); }),
      events_(kEventsPerWait),
      timers_(limits) {}

absl::Status RelayLoop::Run() {
  absl::Status status = acceptor_.Start();
  while (status.ok() && (!stopping_ || (!connections_.empty() && Clock::now() < stop_at_ &&
                                        stops_requested_.load(std::memory_order_relaxed) < 2))) {
    status = Turn();
  }
  if (status.ok()) {
    connections_.clear();
    statistics_.active = 0;
  }
  return status;
}

absl::Status RelayLoop::Turn() {
  const absl::StatusOr<size_t> ready = poller_.Wait(absl::MakeSpan(events_), WaitTimeout());
  if (!ready.ok()) {
    const int error = ErrnoOf(ready.status());
    if ((error != ENOMEM && error != EAGAIN) || ++failed_waits_ > kMostFailedWaits) {
      return ready.status();
    }
    absl::SleepFor(kRetryWait);
    OnRequests();
    return TakeGivenClients();
  }
  failed_waits_ = 0;
  ++statistics_.waits;
  for (const Event& event : absl::MakeConstSpan(events_).first(*ready)) {
    if (absl::Status status = OnEvent(event); !status.ok()) return status;
  }
  ExpireConnections();
  LookForHangups();
  const bool room_was_made = !retired_.empty();
  retired_.clear();
  if (acceptor_.paused() && (room_was_made || Clock::now() >= acceptor_.retry_at())) {
    if (absl::Status status = acceptor_.Retry(); !status.ok()) return status;
  }
  OnRequests();
  return TakeGivenClients();
}

void RelayLoop::Stop() {
  stops_requested_.fetch_add(1, std::memory_order_relaxed);
  poller_.Wake().IgnoreError();
}

void RelayLoop::ReportStatistics() {
  report_requested_.store(true, std::memory_order_release);
  poller_.Wake().IgnoreError();
}

bool RelayLoop::Give(GivenClient* given) {
  // One that is given back has to go somewhere.
  if (given->refusal.ok() && inbox_.size() >= kMostGiven) return false;
  inbox_.Put(std::move(*given));
  poller_.Wake().IgnoreError();
  return true;
}

Statistics RelayLoop::statistics() const { return statistics_; }

absl::Duration RelayLoop::WaitTimeout() const {
  Clock::time_point wake_at =
      std::min({timers_.NextExpiry(), hangups_.next_look(), acceptor_.retry_at()});
  if (stopping_) wake_at = std::min(wake_at, stop_at_);
  if (wake_at == Clock::time_point::max()) return absl::InfiniteDuration();
  return absl::FromChrono(wake_at - Clock::now());
}

void RelayLoop::ExpireConnections() {
  if (timers_.NextExpiry() == Clock::time_point::max()) return;
  const Clock::time_point now = Clock::now();
  for (const ConnectionTimers::Reason reason : ConnectionTimers::kReasons) {
    while (Connection* const connection = timers_.Expired(reason, now)) {
      // It may be ready and not reported yet: after a long stop of the process all times seem to be
      // over, and one Wait reports only so many. (To try without asking would write a little to
      // sockets that are not reported as writable yet, and so prolong the life of the idle.)
      ServeAtOnce(*connection);
      if (!connection->closed() && timers_.Expired(reason, now) == connection) {
        Expire(*connection, reason);
      }
    }
  }
}

void RelayLoop::ServeAtOnce(Connection& connection) {
  for (Connection::End* const end : connection.ends()) {
    if (connection.closed()) return;
    if (const Readiness ready = Connection::ReadyNow(*end); ready != Readiness::kNone) {
      Serve(*end, ready);
    }
  }
}

void RelayLoop::Expire(Connection& connection, ConnectionTimers::Reason reason) {
  switch (reason) {
    case ConnectionTimers::kConnecting:
      connection.GiveUpAttempt();
      break;
    case ConnectionTimers::kFailed:
      ++statistics_.reset;
      connection.Reset();
      break;
    case ConnectionTimers::kIdle:
      ++statistics_.expired;
      if (!crew_.expiry_reported.exchange(true)) {
        fprintf(stderr,
                "relay: a connection is reset: nothing has passed for %s (--idle_timeout)\n",
                absl::FormatDuration(limits_.idle_timeout).c_str());
      }
      connection.Reset();
      break;
  }
  if (connection.closed()) {
    Retire(connection);
  } else {
    timers_.Update(connection, /*passed=*/false);
  }
}

void RelayLoop::LookForHangups() {
  if (!hangups_.TakeLook()) return;
  // From the last one, as Retire() puts the last one into the place of another.
  for (size_t i = connections_.size(); i > 0; --i) {
    Connection& connection = *connections_[i - 1];
    for (Connection::End* const end : connection.ends()) {
      if (!connection.NeedsLook(*end)) continue;
      hangups_.RequestLook();
      if (PeerStateOf(end->socket.fd()) != PeerState::kThere) Serve(*end, Readiness::kHangup);
    }
  }
}

absl::Status RelayLoop::OnEvent(const Event& event) {
  if (acceptor_.IsListener(event.data)) return acceptor_.OnReady(event.data);
  auto& end = *reinterpret_cast<Connection::End*>(static_cast<uintptr_t>(event.data));
  // An earlier event of this batch may have closed it.
  if (!end.connection->closed()) Serve(end, event.readiness);
  return absl::OkStatus();
}

void RelayLoop::Serve(Connection::End& end, Readiness readiness) {
  Connection& connection = *end.connection;
  const auto passed = [&] { return DataPassed(statistics_) + connection.ends_passed_on(); };
  const uint64_t passed_before = passed();
  connection.OnReady(end, readiness);
  if (connection.closed()) {
    Retire(connection);
  } else {
    timers_.Update(connection, passed() != passed_before);
  }
}

void RelayLoop::OnRequests() {
  if (report_requested_.load(std::memory_order_relaxed) &&
      report_requested_.exchange(false, std::memory_order_acquire)) {
    reporter_(statistics());
  }
  if (!stopping_ && stops_requested_.load(std::memory_order_relaxed) > 0) BeginStopping();
}

absl::Status RelayLoop::TakeGivenClients() {
  if (inbox_.size() == 0) return absl::OkStatus();
  for (GivenClient& given : inbox_.TakeAll()) {
    if (!given.refusal.ok()) {
      const absl::Status status = acceptor_.TakeBack(std::move(given.client), given.refusal);
      if (!status.ok()) return status;
    } else if (stopping_) {
      given.client.CloseWithReset();
    } else {
      given.reserve.Close();
      const absl::Status status = BeginConnection(&given.client);
      if (!status.ok()) crew_.give_back(std::move(given.client), status);
    }
  }
  return absl::OkStatus();
}

absl::Status RelayLoop::BeginConnection(Socket* client) {
  // Counted before it is there, so that several loops together do not exceed the limit.
  const size_t open = crew_.connections.fetch_add(1);
  if (limits_.max_connections != 0 && open >= limits_.max_connections) {
    --crew_.connections;
    TurnAway(client);
    return absl::OkStatus();
  }
  auto connection = std::make_unique<Connection>(context_, std::move(*client));
  if (absl::Status status = connection->Start(); !status.ok()) {
    --crew_.connections;
    *client = connection->ReleaseClient();
    return status;
  }
  ++statistics_.accepted;
  ++statistics_.active;
  connection->set_index(connections_.size());
  connections_.push_back(std::move(connection));
  Connection& begun = *connections_.back();
  timers_.Add(begun);
  if (begun.closed()) Retire(begun);
  return absl::OkStatus();
}

void RelayLoop::TurnAway(Socket* client) {
  client->CloseWithReset();
  ++statistics_.limited;
  if (!crew_.limit_reported.exchange(true)) {
    fprintf(stderr, "relay: a client is refused: %zu connections are open (--max_connections)\n",
            limits_.max_connections);
  }
}

void RelayLoop::Retire(Connection& connection) {
  if (connection.refusal() != 0 && !crew_.refusal_reported.exchange(true)) {
    fprintf(stderr, "relay: a client is refused: connect %s: %s\n",
            upstream_.back().ToString().c_str(), strerror(connection.refusal()));
  }
  timers_.Remove(connection);
  const size_t index = connection.index();
  retired_.push_back(std::move(connections_[index]));
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->set_index(index);
  }
  connections_.pop_back();
  --statistics_.active;
  --crew_.connections;
}

void RelayLoop::BeginStopping() {
  stopping_ = true;
  stop_at_ = Clock::now() + absl::ToChronoNanoseconds(limits_.drain_timeout);
  acceptor_.Stop();
  for (size_t i = connections_.size(); i > 0; --i) {
    Connection& connection = *connections_[i - 1];
    connection.Drain();
    if (connection.closed()) Retire(connection);
  }
  retired_.clear();
}

}  // namespace someos::relay
