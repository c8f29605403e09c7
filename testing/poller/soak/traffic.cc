#include "someos/testing/poller/soak/traffic.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/soak/connection.h"
#include "someos/testing/poller/soak/event_data.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos::soak {
namespace {

// So many connections are busy at once.
constexpr size_t kMostBusy = 128;

// So many clients connect in one go.
constexpr size_t kStorm = 64;

// So long, now and then, nothing is begun.
constexpr absl::Duration kRest = absl::Milliseconds(50);

// Small, so that a reader that stops soon stops its writer.
constexpr int kSocketBuffer = 16 * 1024;

constexpr uint64_t kListenerData = EventData(Owner::kListener, 0, 1);

void SetBuffers(int fd) {
  for (int option : {SO_SNDBUF, SO_RCVBUF}) {
    setsockopt(fd, SOL_SOCKET, option, &kSocketBuffer, sizeof(kSocketBuffer));
  }
}

// FreeBSD's loopback drops packets when its queue is full (net.inet.ip.intr_queue_drops counts
// them). What is lost is sent again, but for a reset: who has nothing to send would never learn of
// it.
void ProbeForLostResets(int fd) {
#if defined(TCP_KEEPIDLE) && !defined(__linux__)
  const int on = 1, idle_seconds = 2;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof(idle_seconds));
#else
  (void)fd;
#endif
}

bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  while (poll(&entry, 1, 0) < 0 && errno == EINTR) {
  }
  return entry.revents != 0;
}

sockaddr* AsSockaddr(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

}  // namespace

Traffic::Traffic(Shared* shared, uint64_t seed, size_t most)
    : shared_(*shared),
      random_(seed),
      bytes_(seed),
      listener_(NonBlocking(MustSucceed(socket(AF_INET, SOCK_STREAM, 0), "socket"))),
      target_(most) {
  address_.sin_family = AF_INET;
  address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SetBuffers(listener_.get());  // the accepted ones inherit it
  MustSucceed(bind(listener_.get(), AsSockaddr(address_), sizeof(address_)), "bind");
  socklen_t size = sizeof(address_);
  MustSucceed(getsockname(listener_.get(), AsSockaddr(address_), &size), "getsockname");
  MustSucceed(listen(listener_.get(), SOMAXCONN), "listen");
  shared_.ledger.descriptors.fetch_add(1);
  const absl::Status status =
      shared_.poller->Register(listener_.get(), Interest::kReadable, kListenerData);
  if (!status.ok()) shared_.ledger.Complain(absl::StrCat("listener: ", status.ToString()));
}

void Traffic::Fill() {
  while (connections_.size() < target_) {
    // All by Unix sockets: there is no time to accept.
    if (!OpenUnix()) return MakeRoom();
  }
}

void Traffic::OnEvent(const Event& event, uint64_t wait) {
  if (OwnerOf(event.data) == Owner::kListener) {
    shared_.ledger.accepts.fetch_add(1);
    return Accept();
  }
  Connection* const connection = Find(event.data);
  const int side = PartOf(event.data);
  const Connection::End* const end = connection == nullptr ? nullptr : &connection->end(side);
  if (end == nullptr || (end->data == 0 && wait > end->last_wait)) {
    shared_.ledger.Complain(absl::StrCat("an event of a registration that is gone: ", event));
  } else if (end->data == 0) {
    shared_.ledger.late.fetch_add(1);  // something earlier in this batch has closed it
  } else if (end->socket.get() != event.fd) {
    shared_.ledger.Complain(
        absl::StrCat("the wrong descriptor: ", event, " instead of fd ", end->socket.get()));
  } else {
    shared_.ledger.served.fetch_add(1);
    connection->OnEvent(side, event);
  }
}

void Traffic::Act() {
  // So that there are waits with nothing to report.
  if (OneIn(256)) rest_until_ = MonotonicNow() + kRest;
  if (MonotonicNow() < rest_until_) return;
  if (OneIn(16)) Storm();
  if (OneIn(4) && connections_.size() < target_ && !OpenUnix()) MakeRoom();
  for (uint64_t i = random_() % 8; i > 0 && busy_.size() < kMostBusy; --i) {
    Connection* const connection = Pick();
    if (connection == nullptr) break;
    Employ(*connection);
  }
}

void Traffic::EndTurn() {
  CheckBusy();
  for (size_t i = 0; i < busy_.size();) {
    const auto place = places_.find(busy_[i]);
    Connection& connection = *connections_[place->second];
    if (!connection.closed() && !connection.idle()) {
      ++i;
      continue;
    }
    if (connection.closed()) {
      const size_t index = place->second;
      places_.erase(place);
      std::swap(connections_[index], connections_.back());
      connections_.pop_back();
      if (index < connections_.size()) places_[connections_[index]->number()] = index;
    }
    busy_[i] = busy_.back();
    busy_.pop_back();
  }
}

void Traffic::Calm() {
  for (uint64_t number : busy_) connections_[places_[number]]->Resume();
}

uint64_t Traffic::SomeBytes() {
  if (OneIn(16)) return random_() % 300'000;
  return OneIn(4) ? 0 : random_() % 2'000;
}

Trigger Traffic::SomeTrigger() {
  switch (random_() % 5) {
    case 0:
      return Trigger::kOneShot;
    case 1:
      return shared_.poller->capabilities().edge ? Trigger::kEdge : Trigger::kLevel;
    default:
      return Trigger::kLevel;
  }
}

Connection* Traffic::Find(uint64_t data) {
  const auto place = places_.find(data & ((uint64_t{1} << 48) - 1));
  return place == places_.end() ? nullptr : connections_[place->second].get();
}

Connection* Traffic::Pick() {
  for (int tries = 0; tries < 16 && !connections_.empty(); ++tries) {
    Connection& connection = *connections_[random_() % connections_.size()];
    if (connection.closed() || !connection.idle() || IsBusy(connection.number())) continue;
    busy_.push_back(connection.number());
    return &connection;
  }
  return nullptr;
}

bool Traffic::IsBusy(uint64_t number) const {
  return std::find(busy_.begin(), busy_.end(), number) != busy_.end();
}

Connection& Traffic::Add(uint64_t number) {
  places_[number] = connections_.size();
  connections_.push_back(std::make_unique<Connection>(&shared_, &bytes_, number, SomeTrigger()));
  return *connections_.back();
}

bool Traffic::OpenUnix() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
    shared_.ledger.refusals.fetch_add(1);
    return false;
  }
  const uint64_t number = NewNumber();
  Connection& connection = Add(number);
  ScopedFd far(NonBlocking(ends[1]));
  SetBuffers(ends[0]);
  SetBuffers(ends[1]);
  if (!connection.Attach(0, ScopedFd(NonBlocking(ends[0]))) ||
      !connection.Attach(1, std::move(far))) {
    connection.Close();
    busy_.push_back(number);  // which is where it is taken away
    return false;
  }
  shared_.ledger.connections.fetch_add(1);
  connection.Begin();
  return true;
}

bool Traffic::OpenTcp() {
  ScopedFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  if (socket.get() < 0) {
    shared_.ledger.refusals.fetch_add(1);
    return false;
  }
  const int fd = NonBlocking(socket.get());
  SetBuffers(fd);
  ProbeForLostResets(fd);
  const uint64_t number = NewNumber();
  Connection& connection = Add(number);
  busy_.push_back(number);
  // It is registered first: once it has connected it must be kept until it has been accepted.
  if (!connection.Attach(0, std::move(socket))) {
    connection.Close();
    return false;
  }
  if (connect(fd, AsSockaddr(address_), sizeof(address_)) != 0 && errno != EINPROGRESS) {
    shared_.ledger.refusals.fetch_add(1);
    connection.Close();
    return true;  // it is not descriptors that are missing
  }
  sockaddr_in own = {};
  socklen_t size = sizeof(own);
  MustSucceed(getsockname(fd, AsSockaddr(own), &size), "getsockname");
  connecting_[own.sin_port] = number;
  shared_.ledger.connections.fetch_add(1);
  Employ(connection);
  return true;
}

void Traffic::Accept() {
  for (bool first = true;; first = false) {
    sockaddr_in peer = {};
    socklen_t size = sizeof(peer);
    ScopedFd socket(accept(listener_.get(), AsSockaddr(peer), &size));
    if (socket.get() < 0) {
      const int error = errno;
      if (error == EINTR) continue;
      if (error == EAGAIN || error == EWOULDBLOCK) {
        if (first && !IsReadable(listener_.get())) {
          shared_.ledger.Complain("the listening socket is readable without reason");
        }
      } else if (IsRefusal(error)) {
        shared_.ledger.refusals.fetch_add(1);
        MakeRoom();
      } else {
        MustSucceed(-1, "accept");
      }
      return;
    }
    ProbeForLostResets(NonBlocking(socket.get()));
    const auto client = connecting_.find(peer.sin_port);
    if (client == connecting_.end()) continue;
    const auto place = places_.find(client->second);
    connecting_.erase(client);
    if (place == places_.end()) continue;  // given up meanwhile
    Connection& connection = *connections_[place->second];
    if (!connection.Attach(1, std::move(socket))) {
      connection.Close();
      return MakeRoom();
    }
    connection.Begin();
  }
}

void Traffic::Storm() {
  const size_t room = target_ > connections_.size() ? target_ - connections_.size() : 0;
  const size_t idle = kMostBusy - std::min(kMostBusy, busy_.size());
  const size_t size = std::min<size_t>(random_() % kStorm, idle);
  if (room < kStorm / 4 && connections_.size() > kStorm) {
    for (size_t i = 0; i < size; ++i) {
      Connection* const connection = Pick();
      if (connection == nullptr) return;
      OneIn(2) ? connection->Finish() : connection->ResetAfter(static_cast<int>(i % 2), 0);
    }
    return;
  }
  for (size_t i = 0; i < std::min(size, room); ++i) {
    if (!OpenTcp()) return MakeRoom();
  }
}

void Traffic::MakeRoom() {
  const size_t room = std::clamp<size_t>(connections_.size() / 100, 1, 16);
  target_ = std::max<size_t>(1, std::max(connections_.size(), room) - room);
  for (size_t i = 0; i < room && connections_.size() > 1; ++i) {
    Connection* const connection = Pick();
    if (connection != nullptr) connection->Close();
  }
}

void Traffic::Employ(Connection& connection) {
  connection.Say(SomeBytes(), SomeBytes());
  const int side = static_cast<int>(random_() % 2);
  if (OneIn(8)) connection.Pause(side);
  switch (random_() % 6) {
    case 0:
      return connection.Finish();
    case 1:
      return connection.ResetAfter(side, SomeBytes());
    default:
      return;
  }
}

void Traffic::CheckBusy() {
  const absl::Duration now = MonotonicNow();
  for (uint64_t number : busy_) {
    Connection& connection = *connections_[places_.at(number)];
    if (connection.closed()) continue;
    if (connection.paused() && OneIn(20)) connection.Resume();
    if (now - connection.last_progress() < shared_.patience) continue;
    shared_.ledger.Complain(absl::StrCat("nothing happens: ", connection.Describe()));
    connection.Close();
  }
}

}  // namespace someos::soak
