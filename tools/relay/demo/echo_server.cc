#include "someos/tools/relay/demo/echo_server.h"

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/channel.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {
namespace {

constexpr size_t kScratchSize = 64 * 1024;

}  // namespace

EchoServer::EchoServer(Poller* poller, Listener listener)
    : poller_(*poller), listener_(std::move(listener)), scratch_(new char[kScratchSize]) {}

absl::Status EchoServer::Run() {
  absl::Status status = poller_.Register(listener_.fd(), Interest::kReadable);
  if (!status.ok()) return status;
  Event events[64];
  while (!stop_requested_.load(std::memory_order_relaxed)) {
    const absl::StatusOr<size_t> ready = poller_.Wait(events, absl::InfiniteDuration());
    if (!ready.ok()) return ready.status();
    for (const Event& event : absl::MakeConstSpan(events).first(*ready)) {
      status = event.fd == listener_.fd() ? AcceptAll() : OnReady(event);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

void EchoServer::Stop() {
  stop_requested_.store(true, std::memory_order_relaxed);
  poller_.Wake().IgnoreError();
}

absl::Status EchoServer::AcceptAll() {
  while (true) {
    Socket socket;
    const int error = Accept(listener_.fd(), &socket);
    if (error == EAGAIN || error == EWOULDBLOCK) return absl::OkStatus();
    if (error == ECONNABORTED) continue;
    if (error != 0) return absl::ErrnoToStatus(error, "accept");
    const int fd = socket.fd();
    if (absl::Status status = poller_.Register(fd, Interest::kReadable); !status.ok()) {
      return status;
    }
    peers_.insert({fd, Peer{std::move(socket), Channel(&traffic_), Interest::kReadable}});
  }
}

absl::Status EchoServer::OnReady(const Event& event) {
  const auto found = peers_.find(event.fd);
  if (found == peers_.end()) return absl::OkStatus();
  Peer& peer = found->second;
  const Channel::Failure failure =
      peer.channel.flushing()
          ? peer.channel.Flush(event.fd)
          : peer.channel.Pump(event.fd, event.fd,
                              {absl::MakeSpan(scratch_.get(), kScratchSize), /*pipes=*/nullptr});
  if (failure != Channel::Failure::kNone || peer.channel.ended()) {
    absl::Status status = poller_.Unregister(event.fd);
    peers_.erase(found);
    return status;
  }
  const Interest interest = peer.channel.reading() ? Interest::kReadable : Interest::kWritable;
  if (interest == peer.interest) return absl::OkStatus();
  peer.interest = interest;
  return poller_.Modify(event.fd, interest);
}

}  // namespace someos::relay
