#include "someos/tools/relay/listeners.h"

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

// How often another port is asked for, if that which the system chose for the first address is
// taken at another one.
constexpr int kMostPorts = 50;

std::vector<SocketAddress> WithoutRepetitions(absl::Span<const SocketAddress> addresses) {
  std::vector<SocketAddress> distinct;
  for (const SocketAddress& address : addresses) {
    if (!absl::c_linear_search(distinct, address)) distinct.push_back(address);
  }
  return distinct;
}

bool IsElsewhere(const absl::Status& status) {
  return ErrnoOf(status) == EADDRNOTAVAIL || ErrnoOf(status) == EAFNOSUPPORT;
}

absl::Status At(const SocketAddress& address, const absl::Status& status) {
  absl::Status named(status.code(), absl::StrCat(address.ToString(), ": ", status.message()));
  named.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(ErrnoOf(status))));
  return named;
}

absl::StatusOr<std::vector<Listener>> OpenOnOnePort(absl::Span<const SocketAddress> addresses,
                                                    std::vector<std::string>* left_out) {
  left_out->clear();
  std::vector<Listener> listeners;
  absl::Status elsewhere;
  uint16_t chosen = 0;
  for (const SocketAddress& wanted : addresses) {
    const SocketAddress address = chosen != 0 ? wanted.WithPort(chosen) : wanted;
    absl::StatusOr<Listener> listener = Listener::Open(address);
    if (IsElsewhere(listener.status())) {
      elsewhere = addresses.size() == 1 ? listener.status() : At(address, listener.status());
      left_out->emplace_back(elsewhere.message());
      continue;
    }
    if (!listener.ok()) {
      return addresses.size() == 1 ? listener.status() : At(address, listener.status());
    }
    if (address.port() == 0) chosen = listener->address().port();
    listeners.push_back(*std::move(listener));
  }
  if (listeners.empty()) return elsewhere;
  return listeners;
}

}  // namespace

absl::StatusOr<std::vector<Listener>> OpenListeners(absl::Span<const SocketAddress> addresses,
                                                    std::vector<std::string>* left_out) {
  const std::vector<SocketAddress> distinct = WithoutRepetitions(addresses);
  const bool system_chooses = distinct.front().family() != AF_UNIX && distinct.front().port() == 0;
  for (int ports = 1;; ++ports) {
    absl::StatusOr<std::vector<Listener>> listeners = OpenOnOnePort(distinct, left_out);
    const bool taken = ErrnoOf(listeners.status()) == EADDRINUSE;
    if (!taken || !system_chooses || ports == kMostPorts) return listeners;
  }
}

}  // namespace someos::relay
