#include "someos/api/multiprocessing/managers/server_loop.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/poller.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/connection_socket/sockets.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

// Clients that come and leave at once must not keep the others waiting.
constexpr int kMostAccepted = 64;

// So that servers do not take each other's objects for their own.
uint64_t FirstIdent() {
  absl::BitGen random;
  return absl::Uniform<uint64_t>(random, uint64_t{1} << 40, uint64_t{1} << 60);
}

}  // namespace

ManagerServer::Loop::Loop(connection_socket::BoundSocket socket, absl::string_view authkey,
                          ManagedTypes types, const ServerOptions& options,
                          std::unique_ptr<Poller> poller)
    : address_(socket.address),
      listener_(std::move(socket.fd)),
      authkey_(authkey),
      options_(options),
      poller_(std::move(poller)),
      timers_(internal::MonotonicTime),
      inbox_(std::make_shared<internal::Inbox>([this] { (void)poller_->Wake(); })) {
  base::WatchForForks();
  generation_ = base::ForkGeneration();
  state_.types = std::move(types);
  state_.address = address_.ToPython();
  state_.objects = std::make_shared<internal::ObjectTable>(FirstIdent());
  state_.limits = options_.unpickle;
  state_.serializer = options_.serializer;
  state_.context.objects = state_.objects.get();
  state_.context.timers = &timers_;
  state_.executor = options_.executor;
  state_.post = [inbox = inbox_](absl::AnyInvocable<void()> run) { inbox->Post(std::move(run)); };
}

ManagerServer::Loop::~Loop() {
  CloseAll();
  const bool is_path = address_.family() == Family::kUnix && !address_.is_abstract();
  if (is_path && base::InForkGeneration(generation_)) {
    connection_socket::RemoveSocket(std::string(address_.path()));
  }
}

void ManagerServer::Loop::Stop() {
  stopped_ = true;
  (void)poller_->Wake();
}

absl::Status ManagerServer::Loop::Run() {
  absl::Status status = poller_->Register(listener_.get(), Interest::kReadable, kListener);
  while (status.ok() && !stopped_ && !state_.shutting_down) status = Turn();
  CloseAll();
  return status;
}

absl::Status ManagerServer::Loop::Turn() {
  std::array<Event, 64> events;
  const absl::StatusOr<size_t> count = poller_->Wait(absl::MakeSpan(events), timers_.UntilNext());
  if (!count.ok()) return count.status();
  Dispatch(absl::MakeConstSpan(events.data(), *count));
  for (absl::AnyInvocable<void()>& run : inbox_->TakeAll()) run();
  timers_.RunDue();
  Update();
  state_.objects->Collect();
  return absl::OkStatus();
}

// Before others are served: what those put would otherwise be given to a peer that is gone.
void ManagerServer::Loop::RemoveGone(absl::Span<const Event> events) {
  for (const Event& event : events) {
    const auto found = peers_.find(event.data);
    if (found == peers_.end() || !found->second.peer->waits()) continue;
    found->second.peer->OnReady();
    if (found->second.peer->finished()) Remove(event.data);
  }
}

void ManagerServer::Loop::Dispatch(absl::Span<const Event> events) {
  RemoveGone(events);
  for (const Event& event : events) {
    if (event.data == kListener) {
      AcceptAll();
      continue;
    }
    const auto found = peers_.find(event.data);
    if (found == peers_.end()) continue;
    found->second.peer->OnReady();
    used_.push_back(event.data);
    if (state_.shutting_down) return;
  }
}

void ManagerServer::Loop::AcceptAll() {
  for (int i = 0; accepting_ && i < kMostAccepted && handshakes_ < options_.max_handshakes; ++i) {
    absl::StatusOr<std::optional<connection_socket::BoundSocket>> accepted =
        connection_socket::Accept(listener_.get());
    if (!accepted.ok()) return PauseAccepting();  // EMFILE and the like
    if (!accepted->has_value()) return;
    Add((*accepted)->fd.Release());
  }
  WatchListener();
}

void ManagerServer::Loop::Add(int fd) {
  ConnectionOptions options;
  options.max_message = options_.max_message;
  absl::StatusOr<Connection> connection = Connection::Of(fd, true, true, options);
  if (!connection.ok()) return;
  absl::StatusOr<PendingHandshake> handshake = PendingHandshake::Begin(
      *std::move(connection), HandshakeRole::kListener, authkey_.view(), options_.digests);
  if (!handshake.ok()) return;
  const uint64_t id = ++last_peer_;
  if (!poller_->Register(fd, Interest::kReadable, id).ok()) return;
  Connected connected;
  connected.peer = std::make_unique<internal::Peer>(&state_, fd, *std::move(handshake),
                                                    [this, id] { used_.push_back(id); });
  connected.handshake_timer = timers_.Add(options_.handshake_timeout, [this, id] { Remove(id); });
  ++handshakes_;
  peers_.emplace(id, std::move(connected));
  used_.push_back(id);
}

void ManagerServer::Loop::Update() {
  // Replies to others may add to it meanwhile.
  for (size_t i = 0; i < used_.size(); ++i) {
    const auto found = peers_.find(used_[i]);
    if (found != peers_.end()) UpdatePeer(used_[i], found->second);
  }
  used_.clear();
}

void ManagerServer::Loop::UpdatePeer(uint64_t id, Connected& connected) {
  internal::Peer& peer = *connected.peer;
  if (peer.authenticated()) peer.Process();
  if (peer.finished()) return Remove(id);
  if (peer.authenticated() && connected.handshake_timer != 0) {
    timers_.Cancel(std::exchange(connected.handshake_timer, 0));
    --handshakes_;
    WatchListener();
  }
  const Interest interest = peer.interest();
  if (interest == connected.registered) return;
  if (!poller_->Modify(peer.fd(), interest, id).ok()) return Remove(id);
  connected.registered = interest;
}

void ManagerServer::Loop::Remove(uint64_t id) {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return;
  const Connected removed = std::move(found->second);
  peers_.erase(found);
  (void)poller_->Unregister(removed.peer->fd());
  if (removed.handshake_timer == 0) return;
  timers_.Cancel(removed.handshake_timer);
  --handshakes_;
  WatchListener();
}

void ManagerServer::Loop::WatchListener() {
  const bool accepting = !paused_ && handshakes_ < options_.max_handshakes;
  if (accepting == accepting_) return;
  accepting_ = accepting;
  (void)poller_->Modify(listener_.get(), accepting ? Interest::kReadable : Interest::kNone,
                        kListener);
}

void ManagerServer::Loop::PauseAccepting() {
  paused_ = true;
  WatchListener();
  timers_.Add(kPause, [this] {
    paused_ = false;
    WatchListener();
  });
}

void ManagerServer::Loop::CloseAll() {
  // Calls that wait are given up before the objects that they wait for.
  peers_.clear();
  inbox_->Close();
  if (state_.objects != nullptr) state_.objects->Clear();
}

}  // namespace someos::multiprocessing
