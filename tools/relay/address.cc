#include "someos/tools/relay/address.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/system_sockets.h"

namespace someos::relay {
namespace {

// What getaddrinfo() has failed with.
absl::Status ResolveError(int error) {
#ifdef EAI_SYSTEM
  if (error == EAI_SYSTEM) return absl::ErrnoToStatus(errno, "resolve");
#endif
  if (error == EAI_AGAIN) return absl::UnavailableError(gai_strerror(error));
  return absl::NotFoundError(gai_strerror(error));
}

absl::Status CheckAbstractName(absl::string_view name) {
  if (!SocketAddress::HasAbstractNames()) {
    return absl::InvalidArgumentError(
        "abstract names (@name) of Unix sockets exist on Linux only; a file is unix:./@name");
  }
  if (name.empty()) return absl::InvalidArgumentError("the name after \"@\" is missing");
  if (name.size() > SocketAddress::MaxUnixPath()) {
    return absl::InvalidArgumentError(absl::StrCat("the name after \"@\" has ", name.size(),
                                                   " bytes, a Unix socket's at most ",
                                                   SocketAddress::MaxUnixPath()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Address> ParseAbstract(absl::string_view text) {
  if (absl::Status status = CheckAbstractName(text.substr(1)); !status.ok()) return status;
  Address address;
  address.path = std::string(text);
  return address;
}

absl::StatusOr<Address> ParseUnix(absl::string_view path) {
  if (!SocketAddress::HasUnixSockets()) {
    return absl::InvalidArgumentError("the relay has no Unix sockets on this system");
  }
  if (path.empty()) return absl::InvalidArgumentError("the path after \"unix:\" is missing");
  if (path[0] == '@') return ParseAbstract(path);
  if (path.size() > SocketAddress::MaxUnixPath()) {
    return absl::InvalidArgumentError(absl::StrCat("the path has ", path.size(),
                                                   " bytes, a Unix socket's at most ",
                                                   SocketAddress::MaxUnixPath()));
  }
  Address address;
  address.path = std::string(path);
  return address;
}

absl::StatusOr<uint16_t> ParsePort(absl::string_view text) {
  uint32_t port = 0;
  // SimpleAtoi would take a sign and spaces too.
  if (text.empty() || !absl::c_all_of(text, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &port) || port > UINT16_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("the port is \"", text, "\", not a number from 0 to 65535"));
  }
  return static_cast<uint16_t>(port);
}

}  // namespace

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "unix:")) return ParseUnix(text);
  if (absl::StartsWith(text, "@")) return ParseUnix(text);
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        "not of the form host:port, [ipv6]:port, unix:/path or @name");
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]")) {
      return absl::InvalidArgumentError("after [ipv6] the form is \"]:port\"");
    }
  } else if (absl::StrContains(host, ':')) {
    return absl::InvalidArgumentError("an IPv6 address needs brackets: [ipv6]:port");
  }
  if (host.empty()) {
    return absl::InvalidArgumentError(
        "the host is missing; every address of this machine is *, or 0.0.0.0 or [::]");
  }
  absl::StatusOr<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port.ok()) return port.status();
  Address address;
  address.host = std::string(host);
  address.port = *port;
  return address;
}

absl::StatusOr<std::vector<SocketAddress>> Resolve(const Address& address) {
  if (!address.path.empty() && address.path[0] == '@') {
    return std::vector{SocketAddress::Abstract(absl::string_view(address.path).substr(1))};
  }
  if (!address.path.empty()) return std::vector{SocketAddress::Unix(address.path)};

  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  const char* const host = address.host == "*" ? nullptr : address.host.c_str();
  const int error = getaddrinfo(host, absl::StrCat(address.port).c_str(), &hints, &found);
  if (error != 0) return ResolveError(error);

  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
  }
  return addresses;
}

}  // namespace someos::relay
