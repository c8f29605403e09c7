#include "someos/tools/relay/bench/raw_relay_loop.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace someos::relay {
namespace {

int Require(int result, const char* call) {
  if (result >= 0) return result;
  perror(call);
  exit(1);
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

RawRelayLoop::RawRelayLoop(int listener, const SocketAddress& upstream)
    : listener_(listener),
      upstream_(upstream),
      epoll_(Require(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      scratch_(64 * 1024) {}

void RawRelayLoop::Run() {
  epoll_event event = {};
  event.events = EPOLLIN;
  Require(epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, listener_, &event), "epoll_ctl");
  std::vector<epoll_event> events(256);
  while (true) {
    const int count = epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.ptr == nullptr) {
        Accept();
      } else {
        OnReady(*static_cast<Side*>(events[i].data.ptr), events[i].events);
      }
    }
    for (Side* side : closed_) delete side;
    closed_.clear();
  }
}

void RawRelayLoop::Accept() {
  Socket client;
  while (relay::Accept(listener_, &client) == 0) {
    Socket server;
    Require(-NewSocket(upstream_.family(), &server), "socket");
    const int error = BeginConnect(server.fd(), upstream_);
    Require(error == EINPROGRESS ? 0 : -error, "connect");
    auto* const near = new Side{std::move(client)};
    auto* const far = new Side{std::move(server)};
    near->peer = far;
    far->peer = near;
    for (Side* side : {near, far}) {
      epoll_event event = {};
      event.events = side->interest = EPOLLIN;
      event.data.ptr = side;
      Require(epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, side->socket.fd(), &event), "epoll_ctl");
    }
  }
}

void RawRelayLoop::OnReady(Side& side, uint32_t mask) {
  if (!side.socket.valid()) return;  // closed by an earlier event of this batch
  bool well = true;
  if (mask & EPOLLOUT) well = Flush(side);
  if (well && (mask & (EPOLLIN | EPOLLHUP | EPOLLERR)) && (side.interest & EPOLLIN)) {
    well = Pump(side, *side.peer);
  }
  if (!well || (side.told && side.peer->told)) {
    Close(side);
    return;
  }
  Watch(side);
  Watch(*side.peer);
}

bool RawRelayLoop::Pump(Side& from, Side& to) {
  const ssize_t received = recv(from.socket.fd(), scratch_.data(), scratch_.size(), 0);
  if (received < 0) return WouldBlock();
  if (received == 0) {
    from.ended = true;
    Settle(to);
    return true;
  }
  const ssize_t sent = send(to.socket.fd(), scratch_.data(), received, MSG_NOSIGNAL);
  if (sent == received) return true;
  if (sent < 0 && !WouldBlock() && errno != ENOTCONN) return false;
  to.held.assign(scratch_.data() + (sent < 0 ? 0 : sent), scratch_.data() + received);
  return true;
}

bool RawRelayLoop::Flush(Side& side) {
  const ssize_t sent = send(side.socket.fd(), side.held.data(), side.held.size(), MSG_NOSIGNAL);
  if (sent < 0) return WouldBlock();
  side.held.erase(0, sent);
  Settle(side);
  return true;
}

void RawRelayLoop::Settle(Side& side) {
  if (!side.peer->ended || !side.held.empty() || side.told) return;
  shutdown(side.socket.fd(), SHUT_WR);
  side.told = true;
}

void RawRelayLoop::Watch(Side& side) {
  epoll_event event = {};
  if (!side.ended && side.peer->held.empty()) event.events |= EPOLLIN;
  if (!side.held.empty()) event.events |= EPOLLOUT;
  if (event.events == side.interest) return;
  side.interest = event.events;
  event.data.ptr = &side;
  Require(epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, side.socket.fd(), &event), "epoll_ctl");
}

void RawRelayLoop::Close(Side& side) {
  for (Side* one : {&side, side.peer}) {
    one->socket.Close();  // which takes it out of epoll
    closed_.push_back(one);
  }
}

}  // namespace someos::relay
