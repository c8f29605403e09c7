#include "someos/api/multiprocessing/connection/address.h"

#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::StatusOr<Address> FromPair(const PyValue& address) {
  const absl::Span<const PyValue> parts = *address.AsItems();
  if (parts.size() != 2) {
    return PythonTypeError("AF_INET address must be a pair (host, port)");
  }
  const absl::StatusOr<absl::string_view> host = parts[0].AsStr();
  if (!host.ok()) return host.status();
  const absl::StatusOr<int64_t> port = parts[1].AsInt();
  if (!port.ok() && PythonErrorOf(port.status()) == PythonError::kTypeError) return port.status();
  if (!port.ok() || *port < 0 || *port > std::numeric_limits<uint16_t>::max()) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "port must be 0-65535.");
  }
  return Address::Inet(*host, static_cast<uint16_t>(*port));
}

}  // namespace

absl::string_view NameOf(Family family) {
  switch (family) {
    case Family::kInet:
      return "AF_INET";
    case Family::kInet6:
      return "AF_INET6";
    case Family::kUnix:
      break;
  }
  return "AF_UNIX";
}

Address Address::Inet(absl::string_view host, uint16_t port) {
  return Address(Family::kInet, host, port);
}

Address Address::Inet6(absl::string_view host, uint16_t port) {
  return Address(Family::kInet6, host, port);
}

Address Address::Unix(absl::string_view path) { return Address(Family::kUnix, path, 0); }

absl::StatusOr<Address> Address::FromPython(const PyValue& address) {
  if (address.kind() == PyKind::kTuple) return FromPair(address);
  if (address.kind() == PyKind::kStr) {
    const absl::string_view path = *address.AsStr();
    if (absl::StartsWith(path, "\\\\")) return ValueError("Family AF_PIPE is not recognized.");
    return Unix(path);
  }
  if (address.kind() == PyKind::kBytes && absl::StartsWith(*address.AsBytes(), {"\0", 1})) {
    return Unix(*address.AsBytes());
  }
  return ValueError(absl::StrCat("address type of ", address.ToString(), " unrecognized"));
}

PyValue Address::ToPython() const {
  if (is_abstract()) return PyValue::Bytes(name_);
  if (family_ == Family::kUnix) return PyValue::Str(name_);
  return PyValue::Tuple({PyValue::Str(name_), PyValue(port_)});
}

}  // namespace someos::multiprocessing
